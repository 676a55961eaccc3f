import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { isSource } from '../workspace/contents/sourceFiles.ts';
import { readResolutions } from '../workspace/lockfile/resolutions.ts';
import { workspaceDependencies } from '../workspace/lockfile/workspaceDependencies.ts';
import { nameMatcher } from '../workspace/nameMatcher.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { isPlainFile } from './plainFiles.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** `workspace:*`, `workspace:^1.2.0`; a folder or another name may follow the colon as well. */
const plainRange = /^workspace:[\^~*]?[\d.]*$/;

/**
 * Tells from the changed paths and the manifests alone which services certainly differ from another tree: a changed
 * file is a source of the service, or of a workspace that it needs to run. False says nothing. No context is described
 * for this, and no lockfile read.
 */
export async function surelyDiffers(
  tree: Pick<ChangedTree, 'project' | 'changed'>,
): Promise<(service: Service) => Promise<boolean>> {
  const sources = await changedSources(tree);
  if (sources === null) return async () => false;
  const dependencies = certainDependencies(tree.project);
  return async (service) => {
    const { kind, origin } = await dockerfileOf(tree.project, service);
    const folderOnly = kind === 'own' && service.settings.context === 'service';
    const members = folderOnly ? [service.workspace] : dependencies(service);
    const paths = members.flatMap((workspace) => sources.get(workspace) ?? []);
    if (paths.length === 0) return false;
    const rules = await readIgnoreRules(tree.project.snapshot, service, origin);
    return paths.some((path) => !rules.ignores(path));
  };
}

/** Changed sources by workspace; null where a change may be more than one of sources. */
async function changedSources({
  project,
  changed,
}: Pick<ChangedTree, 'project' | 'changed'>): Promise<Map<Workspace, string[]> | null> {
  const owner = workspaceOwner(project);
  const paths = [...changed];
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

/**
 * The service and workspaces that it needs to run by ranges which can mean nothing else (`workspace:^`): whether another
 * range leads to a workspace, the lockfile tells.
 */
function certainDependencies(project: Project): (service: Service) => readonly Workspace[] {
  const resolutions = readResolutions(project.root.packageManifest.resolutions);
  return (service) => {
    const scope = { development: false, ignored: nameMatcher(service.settings.ignoreDependencies) };
    const members = new Set([service.workspace]);
    // A set hands out what is added to it while it is walked.
    for (const member of members) {
      for (const [name, range] of workspaceDependencies(member, scope, project.yarn.family)) {
        const workspace = project.workspaces.get(name);
        if (workspace === undefined || resolutions.has(name) || !plainRange.test(range)) continue;
        members.add(workspace);
      }
    }
    return [...members].filter(({ path }) => path !== '');
  };
}
