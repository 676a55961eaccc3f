import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import type { Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { ManifestEdits } from './manifestEdits.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { isPlainFile } from './plainFiles.ts';
import type { RootEdits } from './rootEdits/rootEdits.ts';
import { sourcesByWorkspace } from './sourcesByWorkspace.ts';
import { certainDependents } from './workspaceDependents.ts';

/**
 * Tells from the changed paths, the manifests and edits of the lockfile alone which services certainly differ from
 * another tree: a changed file or manifest is a source of the service, or of a workspace that it needs to run; or one of
 * these takes a package that was not there before. False says nothing. No context is described for this.
 */
export async function surelyDiffers(
  tree: Pick<ChangedTree, 'project' | 'changed' | 'lockfileReach' | 'manifestEdits' | 'rootEdits'>,
): Promise<(service: Service) => Promise<boolean>> {
  const { project } = tree;
  const manifests = await tree.manifestEdits();
  const roots = await tree.rootEdits();
  const fromRoot = async (service: Service) => {
    const verdict = await roots.verdict(service);
    return verdict === 'same' && (await manifests.rootDiffers(service)) ? 'differs' : verdict;
  };
  const sources = await changedSources(tree, manifests, roots);
  if (sources === null) return async (service) => (await fromRoot(service)) === 'differs';
  const edits = await tree.lockfileReach();
  const taking = certainDependents(project, edits?.certain ?? []);
  const needingUnder = new Map<string, ReadonlySet<Workspace>>();
  return async (service) => {
    const verdict = await fromRoot(service);
    if (verdict !== 'same') return verdict === 'differs';
    if (taking.has(project.root) || taking.has(service.workspace)) return true;
    const { kind, origin } = await dockerfileOf(project, service);
    const { key, ignores } = await readIgnoreRules(project.snapshot, service, origin);
    // shipyarn writes manifests, whatever the rules leave out.
    const isKept = (workspace: Workspace) =>
      manifests.certain.has(workspace) || (sources.get(workspace) ?? []).some((path) => !ignores(path));
    if (kind === 'own' && service.settings.context === 'service') return isKept(service.workspace);
    const touched = () => [...sources.keys(), ...manifests.certain].filter(isKept);
    const needing = needingUnder.get(key) ?? certainDependents(project, touched());
    needingUnder.set(key, needing);
    return needing.has(service.workspace);
  };
}

/** Changed sources by workspace; null where a change may be more than one of sources. */
async function changedSources(
  { project, changed }: Pick<ChangedTree, 'project' | 'changed'>,
  manifests: ManifestEdits,
  roots: RootEdits,
): Promise<Map<Workspace, string[]> | null> {
  const isToldElsewhere = (path: string) =>
    path === 'yarn.lock' ||
    [manifests.harmless, manifests.understood, roots.understood].some((known) => known.has(path));
  const paths = [...changed].filter((path) => !isToldElsewhere(path));
  if (!paths.every(isPlainFile)) return null;
  const entries = await Promise.all(paths.map((path) => project.snapshot.entry(path)));
  // What is gone may be copied, and a link may lead out of the repo: whoever describes the context says so.
  if (entries.some((entry) => entry === null || !entry.mode.startsWith('100'))) return null;
  return sourcesByWorkspace(project, paths);
}
