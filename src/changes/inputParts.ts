import type { InputPart } from './serviceChange.ts';
import type { ServiceView } from './serviceView.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Tells what part of a service a path in the repo is. */
export type InputClassifier = (path: string) => InputPart;

/** Where a workspace moved between the sides, both of its folders are its own. */
export function inputClassifier(sides: readonly ServiceView[]): InputClassifier {
  const owners = sides.map(({ project, service }) => ({ owner: workspaceOwner(project), service }));
  const dockerfiles = new Set(sides.map(({ dockerfile }) => dockerfile));
  return (path) => {
    if (path === 'yarn.lock') return { kind: 'lockfile' };
    if (dockerfiles.has(path)) return { kind: 'dockerfile' };
    for (const { owner, service } of owners) {
      const workspace = owner(path);
      if (workspace === null) continue;
      return workspace.path === service.path
        ? { kind: 'source' }
        : { kind: 'workspace', workspace: workspace.path };
    }
    return { kind: 'root' };
  };
}
