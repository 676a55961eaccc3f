import type { Service } from '../workspace/service.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { isPlainFile } from './plainFiles.ts';
import { isReached, type Reached, reachedBy } from './reached.ts';
import type { Told } from './rootEdits/verdict.ts';
import type { VersionEdits } from './versionEdits.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Changes that say by themselves why a service differs: the other tree need not be looked into for that. */
export interface PlainChanges {
  /** Changed paths: those that the image holds are the reasons. */
  paths: readonly string[];
  /** Whether all of them are regular files. */
  areFiles: boolean;
  /** Those among them that installs read: what was edited leads them to no other files. */
  installed: ReadonlySet<string>;
  /** Others changed as well, as no template's image of the service shows. */
  leavesOut: boolean;
  /** In the lockfile: those of packages that the image holds are a reason. */
  versions: VersionEdits;
  /** Reasons beside files and packages. */
  more: Told;
}

/** The changes since the other tree, by service; null: one of them means more for the service than a file does. */
export async function plainChanges(
  tree: ChangedTree,
): Promise<(service: Service) => Promise<PlainChanges | null>> {
  const { changed } = tree;
  const { harmless, plain } = await tree.manifestEdits();
  const { understood, told } = await tree.rootEdits();
  const installed = new Set(changed.has('.yarnrc.yml') ? [...plain, '.yarnrc.yml'] : plain);
  const isPlain = (path: string) => isPlainFile(path) || understood.has(path) || installed.has(path);
  const paths = [...changed].filter(isPlain);
  const others = [...changed].filter((path) => !isPlain(path) && !harmless.has(path));
  const reached = await reachOf(others, tree);
  const versions = (await tree.lockfileReach())?.versions ?? (() => ({ packages: [] }));
  const entries = await Promise.all(paths.map((path) => tree.project.snapshot.entry(path)));
  const areFiles = entries.every((entry) => entry?.mode.startsWith('100'));
  const leavesOut = paths.length < changed.size;
  return async (service) => {
    if (isReached(service, reached)) return null;
    const more = await told(service);
    return more === null ? null : { paths, areFiles, installed, leavesOut, versions, more };
  };
}

/**
 * Whose services may differ by edits of manifests, and of the lockfile where they are more than other versions; by what
 * else they are edits of, everyone.
 */
async function reachOf(paths: readonly string[], tree: ChangedTree): Promise<Reached> {
  const { project } = tree;
  const { understood } = await tree.manifestEdits();
  const manifests = paths.filter((path) => path !== 'yarn.lock');
  const edited = manifests.map((path) => (understood.has(path) ? workspaceOwner(project)(path) : null));
  const lockfile = await tree.lockfileReach();
  if (edited.includes(null) || lockfile === null) return 'everyone';
  return reachedBy(
    project,
    edited.filter((workspace) => workspace !== null),
    lockfile.versions === null ? lockfile.workspaces : [],
  );
}
