import { groupedBy } from '../groupedBy.ts';
import { isSource } from '../workspace/contents/sourceFiles.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Those of some paths that are sources of a workspace, where no rule leaves them out. */
export function sourcesByWorkspace(project: Project, paths: readonly string[]): Map<Workspace, string[]> {
  const owner = workspaceOwner(project);
  return groupedBy(paths, (path) => {
    const workspace = owner(path);
    return workspace !== null && isSource(workspace, path) ? workspace : null;
  });
}
