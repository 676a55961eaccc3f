import { oncePer } from '../oncePer.ts';
import type { Project, Workspace } from '../workspace/project.ts';

type WorkspaceOwner = (path: string) => Workspace | null;

/** The workspace in whose folder a path lies, the innermost one; null: none but the root. */
export const workspaceOwner: (project: Project) => WorkspaceOwner = oncePer(
  makeOwner,
  ({ structure }) => structure,
);

function makeOwner(project: Project): WorkspaceOwner {
  const byFolder = new Map([...project.workspaces.values()].map((workspace) => [workspace.path, workspace]));
  const known = new Map<string, Workspace | null>();
  const find = (path: string) => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const found = byFolder.get(path.slice(0, end));
      if (found !== undefined) return found;
    }
    return null;
  };
  // Of all services it is asked the same paths.
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const found = find(path);
    known.set(path, found);
    return found;
  };
}
