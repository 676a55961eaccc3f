import type { Project, Workspace } from '../workspace/project.ts';

/** The workspace in whose folder a path lies, the innermost one; null: none but the root. */
export function workspaceOwner(project: Project): (path: string) => Workspace | null {
  const byFolder = new Map([...project.workspaces.values()].map((workspace) => [workspace.path, workspace]));
  return (path) => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const found = byFolder.get(path.slice(0, end));
      if (found !== undefined) return found;
    }
    return null;
  };
}
