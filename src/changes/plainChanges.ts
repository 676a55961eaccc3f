import type { Service } from '../workspace/service.ts';
import { areFilesAlone, namesFiles } from './doubtfulPaths.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { isPlainFile } from './plainFiles.ts';
import { isReached, type Reached, reachedBy } from './reached.ts';
import type { Told } from './rootEdits/verdict.ts';
import type { VersionEdits } from './versionEdits.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Changes that say by themselves why a service differs: the other tree need not be looked into for that. */
export interface PlainChanges {
  /** Changed paths that there are: those that the image holds are the reasons. */
  paths: readonly string[];
  /** Whether all of them are regular files. */
  areFiles: boolean;
  /** Those among them that installs read: what was edited leads them to no other files. */
  installed: ReadonlySet<string>;
  /** Others changed as well, as no template's image of the service shows. */
  leavesOut: boolean;
  /** Of these the manifests that ask for other packages, or by other ranges: what the lockfile says of that is a reason. */
  asking: ReadonlySet<string>;
  /** In the lockfile: those of packages that the image holds are a reason. */
  versions: VersionEdits;
  /** Reasons beside files and packages. */
  more: Told;
  /** Whether the service may need other packages than before: both sides are compared for that, and `versions` says nothing. */
  needsOthers: boolean;
}

/** The changes since the other tree, by service; null: one of them means more for the service than a file does. */
export async function plainChanges(
  tree: ChangedTree,
): Promise<(service: Service) => Promise<PlainChanges | null>> {
  const { changed } = tree;
  const { harmless, plain } = await tree.manifestEdits();
  const { versions, asking, comparing } = await dependencyEdits(tree);
  const { understood, told } = await tree.rootEdits();
  const settings = changed.has('.yarnrc.yml') ? ['.yarnrc.yml'] : [];
  const installed = new Set([...plain, ...asking, ...settings]);
  const isPlain = (path: string) => isPlainFile(path) || understood.has(path) || installed.has(path);
  const plainPaths = [...changed].filter(isPlain);
  const isKnown = (path: string) => isPlain(path) || harmless.has(path) || comparing.has(path);
  const others = [...changed].filter((path) => !isKnown(path));
  const entries = await Promise.all(plainPaths.map((path) => tree.project.snapshot.entry(path)));
  const paths = plainPaths.filter((_, index) => entries[index] !== null);
  const areFiles = entries.every((entry) => entry === null || entry.mode.startsWith('100'));
  const gone = plainPaths.filter((path, index) => entries[index] === null && !understood.has(path));
  const reached = [await reachOf(others, tree), await reachOfGone(gone, tree)];
  const reachedByNeeds = await reachOf([...comparing], tree);
  const leavesOut = paths.length < changed.size;
  return async (service) => {
    if (reached.some((each) => isReached(service, each))) return null;
    if (gone.length > 0 && namesFiles(service)) return null;
    const more = await told(service);
    if (more === null) return null;
    const needsOthers = isReached(service, reachedByNeeds);
    return { paths, areFiles, installed, asking, leavesOut, versions, more, needsOthers };
  };
}

interface DependencyEdits extends Pick<PlainChanges, 'asking' | 'versions'> {
  /** Paths of those manifests, and of the lockfile, which say by themselves too little of which packages a service has. */
  comparing: ReadonlySet<string>;
}

/** Edits of manifests and of the lockfile that change nothing but the packages that services have. */
async function dependencyEdits(tree: ChangedTree): Promise<DependencyEdits> {
  const { asking, needing } = await tree.manifestEdits();
  const lockfile = await tree.lockfileReach();
  const versions = lockfile?.versions() ?? null;
  // Where the lockfile tells no more than versions, ranges lead to nothing else.
  const told = versions === null ? new Set<string>() : asking;
  const { understood } = await tree.rootEdits();
  if (lockfile === null || understood.size > 0)
    return { versions: versions ?? noVersions, asking: told, comparing: new Set() };
  const lockfiles = versions === null ? ['yarn.lock'] : [];
  const comparing = new Set([...needing, ...lockfiles].filter((path) => !told.has(path)));
  return { versions: versions ?? noVersions, asking: needing, comparing };
}

/** Whom a file that is gone reaches: who needs its workspace; where more than that may have decided, everyone. */
async function reachOfGone(gone: readonly string[], { project }: ChangedTree): Promise<Reached> {
  if (gone.length === 0) return new Set();
  if (!(await areFilesAlone(project, gone))) return 'everyone';
  const owner = workspaceOwner(project);
  return reachedBy(project, new Set(gone.flatMap((path) => owner(path) ?? [])));
}

const noVersions: VersionEdits = () => ({ packages: [] });

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
    paths.includes('yarn.lock') && lockfile.versions() === null ? lockfile.workspaces : [],
  );
}
