import type { Project, Workspace } from '../workspace/project.ts';

/**
 * The shortest way from a workspace to the service that needs it, as folders: `packages/log`, `packages/http`,
 * `services/api`. Null where the manifests show none. devDependencies are taken only where nothing else leads there.
 */
export function dependencyPath(project: Project, workspace: string, service: Workspace): string[] | null {
  const runtime = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  return (
    search(project, workspace, service, runtime) ??
    search(project, workspace, service, [...runtime, 'devDependencies'])
  );
}

function search(
  project: Project,
  target: string,
  service: Workspace,
  fields: readonly string[],
): string[] | null {
  const cameFrom = new Map<Workspace, Workspace | null>([[service, null]]);
  for (const workspace of cameFrom.keys()) {
    if (workspace.path === target) return trail(workspace, cameFrom);
    for (const dependency of dependenciesOf(workspace, project, fields)) {
      if (!cameFrom.has(dependency)) cameFrom.set(dependency, workspace);
    }
  }
  return null;
}

const known = new WeakMap<object, Map<string, Workspace[]>>();

/** The workspaces that one names, by name; found once for all services that lead over it. */
function dependenciesOf(workspace: Workspace, project: Project, fields: readonly string[]): Workspace[] {
  const lists = known.get(project.structure) ?? new Map<string, Workspace[]>();
  known.set(project.structure, lists);
  const key = `${fields.length} ${workspace.path}`;
  const list = lists.get(key) ?? findDependencies(workspace, project, fields);
  lists.set(key, list);
  return list;
}

function findDependencies(workspace: Workspace, project: Project, fields: readonly string[]): Workspace[] {
  const names = fields.flatMap((field) => Object.keys(workspace.packageManifest[field] ?? {}));
  return names.sort().flatMap((name) => project.workspaces.get(name) ?? []);
}

function trail(from: Workspace, cameFrom: ReadonlyMap<Workspace, Workspace | null>): string[] {
  const folders: string[] = [];
  for (let at: Workspace | null = from; at !== null; at = cameFrom.get(at) ?? null) folders.push(at.path);
  return folders;
}
