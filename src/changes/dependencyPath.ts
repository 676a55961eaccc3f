import { oncePer } from '../oncePer.ts';
import type { Project, Workspace } from '../workspace/project.ts';

/**
 * The shortest way from a workspace to the service that needs it, as folders: `packages/log`, `packages/http`,
 * `services/api`. Null where the manifests show none. devDependencies are taken only where nothing else leads there.
 */
export function dependencyPath(project: Project, workspace: string, service: Workspace): string[] | null {
  const runtime = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  return (
    trail(workspace, waysFrom(project, service, runtime)) ??
    trail(workspace, waysFrom(project, service, [...runtime, 'devDependencies']))
  );
}

/** By its folder each workspace that a service leads to: the one that names it, nearer to the service. */
type Ways = ReadonlyMap<string, Workspace | null>;

/** What was found in a project, by fields and folder. */
interface Found {
  ways: Map<string, Ways>;
  dependencies: Map<string, Workspace[]>;
}

const foundIn = oncePer(
  (): Found => ({ ways: new Map(), dependencies: new Map() }),
  ({ structure }: Project) => structure,
);

/** Of a service that many workspaces changed for, each is asked about. */
function waysFrom(project: Project, service: Workspace, fields: readonly string[]): Ways {
  const { ways } = foundIn(project);
  const key = `${fields.length} ${service.path}`;
  const found = ways.get(key) ?? findWays(project, service, fields);
  ways.set(key, found);
  return found;
}

function findWays(project: Project, service: Workspace, fields: readonly string[]): Ways {
  const cameFrom = new Map<string, Workspace | null>([[service.path, null]]);
  const reached = [service];
  for (const workspace of reached) {
    for (const dependency of dependenciesOf(workspace, project, fields)) {
      if (cameFrom.has(dependency.path)) continue;
      cameFrom.set(dependency.path, workspace);
      reached.push(dependency);
    }
  }
  return cameFrom;
}

/** The workspaces that one names, by name; found once for all services that lead over it. */
function dependenciesOf(workspace: Workspace, project: Project, fields: readonly string[]): Workspace[] {
  const { dependencies } = foundIn(project);
  const key = `${fields.length} ${workspace.path}`;
  const list = dependencies.get(key) ?? findDependencies(workspace, project, fields);
  dependencies.set(key, list);
  return list;
}

function findDependencies(workspace: Workspace, project: Project, fields: readonly string[]): Workspace[] {
  const names = fields.flatMap((field) => Object.keys(workspace.packageManifest[field] ?? {}));
  return names.sort().flatMap((name) => project.workspaces.get(name) ?? []);
}

function trail(from: string, ways: Ways): string[] | null {
  if (!ways.has(from)) return null;
  const folders = [from];
  for (let at = ways.get(from); at; at = ways.get(at.path)) folders.push(at.path);
  return folders;
}
