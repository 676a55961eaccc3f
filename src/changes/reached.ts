import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { neededByThirdParty } from './neededByThirdParty.ts';
import { workspaceDependents } from './workspaceDependents.ts';

/** Workspaces that a change reaches. */
export type Reached = ReadonlySet<Workspace> | 'everyone';

/**
 * Whom changes of workspaces reach: these, all that need one of them, and those reached `otherwise`. Everyone, where
 * the root is among them, or a third-party package needs one that changed and may stand in any slice.
 */
export function reachedBy(
  project: Project,
  changed: Iterable<Workspace>,
  otherwise: Iterable<Workspace> = [],
): Reached {
  const touched = [...changed];
  const found = workspaceDependents(project, touched);
  for (const workspace of otherwise) found.add(workspace);
  const isForAll = found.has(project.root) || neededByThirdParty(project, touched);
  return isForAll ? 'everyone' : found;
}

export function isReached({ workspace }: Service, reached: Reached): boolean {
  return reached === 'everyone' || reached.has(workspace);
}
