import type { Service } from '../workspace/service.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { neededByThirdParty } from './neededByThirdParty.ts';
import { isPlainFile } from './plainFiles.ts';
import type { Reason } from './reason.ts';
import { workspaceDependents } from './workspaceDependents.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Changes that say by themselves why a service differs: the other tree need not be looked into for that. */
export interface PlainChanges {
  /** Changed paths: those that the image holds are the reasons. */
  paths: readonly string[];
  /** Manifests among them, of which no install reads what was edited. */
  manifests: ReadonlySet<string>;
  /** Others changed as well, as no template's image of the service shows. */
  leavesOut: boolean;
  /** Reasons beside files. */
  more: readonly Reason[];
}

/** The changes since the other tree, by service; null: one of them means more for the service than a file does. */
export async function plainChanges(
  tree: ChangedTree,
): Promise<(service: Service) => Promise<PlainChanges | null>> {
  const { project, changed } = tree;
  const { harmless, besideInstalls: manifests } = await tree.manifestEdits();
  const { understood, told } = await tree.rootEdits();
  const isPlain = (path: string) => isPlainFile(path) || understood.has(path) || manifests.has(path);
  const paths = [...changed].filter(isPlain);
  const others = [...changed].filter((path) => !isPlain(path) && !harmless.has(path));
  const reached = await reachOf(others, tree);
  if (reached === null) return async () => null;
  const leavesOut = paths.length < changed.size;
  return async (service) => {
    if (reached.has(project.root) || reached.has(service.workspace)) return null;
    const more = await told(service);
    return more === null ? null : { paths, manifests, leavesOut, more };
  };
}

/** Workspaces whose services may differ by edits of the lockfile and of manifests. Null: everyone's. */
async function reachOf(paths: readonly string[], tree: ChangedTree) {
  const { project } = tree;
  const { understood } = await tree.manifestEdits();
  const owner = workspaceOwner(project);
  const edited = [];
  for (const path of paths) {
    if (path === 'yarn.lock') continue;
    const workspace = understood.has(path) ? owner(path) : null;
    if (workspace === null || neededByThirdParty(project, workspace)) return null;
    edited.push(workspace);
  }
  const reach = paths.includes('yarn.lock') ? await tree.lockfileReach() : { workspaces: [] };
  return reach === null ? null : new Set([...workspaceDependents(project, edited), ...reach.workspaces]);
}
