import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { isSource } from '../workspace/contents/sourceFiles.ts';
import type { Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { isPlainFile } from './plainFiles.ts';
import { certainDependents } from './workspaceDependents.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/**
 * Tells from the changed paths, the manifests and edits of the lockfile alone which services certainly differ from
 * another tree: a changed file is a source of the service, or of a workspace that it needs to run; or one of these takes
 * a package that was not there before. False says nothing. No context is described for this.
 */
export async function surelyDiffers(
  tree: Pick<ChangedTree, 'project' | 'changed' | 'lockfileReach'>,
): Promise<(service: Service) => Promise<boolean>> {
  const { project } = tree;
  const sources = await changedSources(tree);
  if (sources === null) return async () => false;
  const edits = tree.changed.has('yarn.lock') ? await tree.lockfileReach() : null;
  const otherwise = certainDependents(project, edits?.certain ?? []);
  const everyone = otherwise.has(project.root);
  const needingUnder = new Map<string, ReadonlySet<Workspace>>();
  return async (service) => {
    if (everyone || otherwise.has(service.workspace)) return true;
    const { kind, origin } = await dockerfileOf(project, service);
    const { key, ignores } = await readIgnoreRules(project.snapshot, service, origin);
    const isKept = (paths: readonly string[]) => paths.some((path) => !ignores(path));
    if (kind === 'own' && service.settings.context === 'service')
      return isKept(sources.get(service.workspace) ?? []);
    const touched = () => [...sources.keys()].filter((workspace) => isKept(sources.get(workspace) ?? []));
    const needing = needingUnder.get(key) ?? certainDependents(project, touched());
    needingUnder.set(key, needing);
    return needing.has(service.workspace);
  };
}

/** Changed sources by workspace; null where a change may be more than one of sources. */
async function changedSources({
  project,
  changed,
}: Pick<ChangedTree, 'project' | 'changed'>): Promise<Map<Workspace, string[]> | null> {
  const owner = workspaceOwner(project);
  const paths = [...changed].filter((path) => path !== 'yarn.lock');
  if (!paths.every(isPlainFile)) return null;
  const entries = await Promise.all(paths.map((path) => project.snapshot.entry(path)));
  // What is gone may be copied, and a link may lead out of the repo: whoever describes the context says so.
  if (entries.some((entry) => entry === null || !entry.mode.startsWith('100'))) return null;
  const sources = new Map<Workspace, string[]>();
  for (const path of paths) {
    const workspace = owner(path);
    if (workspace === null || !isSource(workspace, path)) continue;
    sources.set(workspace, [...(sources.get(workspace) ?? []), path]);
  }
  return sources;
}
