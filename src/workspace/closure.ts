import { oncePer } from '../oncePer.ts';
import { globMatcher } from './globMatcher.ts';
import type { LockfileSlice, SliceScope } from './lockfile/lockfileSlice.ts';
import { sliceLockfile } from './lockfile/sliceLockfile.ts';
import { requiredPeers, wantsDevelopment, workspaceDependencies } from './lockfile/workspaceDependencies.ts';
import type { Project, Workspace } from './project.ts';
import type { Service } from './service.ts';

/** What a service needs to run, or to be built. */
export type ClosureKind = 'runtime' | 'build';

/** The workspaces that a service consists of, with their lockfile slice. */
export interface Closure {
  scope: SliceScope;
  slice: LockfileSlice;
  /** Dependencies before those that need them, the service last; the root only where it is the service. Cycles are cut. */
  workspaces: readonly Workspace[];
}

/**
 * What a service needs to run (`runtime`), or to be built (`build`: devDependencies count, except those
 * that `ignored` names). Rejects where the lockfile does not fit the manifests.
 */
function closureOf(
  project: Project,
  service: Workspace,
  kind: ClosureKind,
  ignored: SliceScope['ignored'],
): Closure {
  const scope = { roots: [service.name], development: kind === 'build', ignored };
  const slice = sliceLockfile(project, scope);
  return { scope, slice, workspaces: inOrder(project, service, slice, scope) };
}

/** The closure of a service with its own settings: what explains a change of its lockfile slice. */
export function serviceClosure(project: Project, service: Service, kind: ClosureKind): Closure {
  const { ignoreDependencies } = service.settings;
  const known = closuresIn(project);
  const key = `${kind}\n${service.name}\n${ignoreDependencies.join('\n')}`;
  const ignored = globMatcher(ignoreDependencies);
  const closure =
    known.get(key) ??
    (kind === 'build' ? sameAsRuntime(project, service, ignored) : null) ??
    closureOf(project, service.workspace, kind, ignored);
  known.set(key, closure);
  return closure;
}

/** Where nobody in the run-time closure wants devDependencies, the build closure is the same; null where somebody does. */
function sameAsRuntime(project: Project, service: Service, ignored: SliceScope['ignored']): Closure | null {
  const runtime = serviceClosure(project, service, 'runtime');
  const members = [project.root, ...runtime.workspaces];
  if (members.some((workspace) => wantsDevelopment(workspace, { ignored }))) return null;
  return { ...runtime, scope: { ...runtime.scope, development: true } };
}

/** The stages after this one ask for the same closures again, as does another commit with the same manifests and lockfile. */
const closuresIn = oncePer(
  () => new Map<string, Closure>(),
  ({ structure }: Project) => structure,
);

/** Depth first, so that dependencies come before dependents; names sorted, so that the order repeats. */
function inOrder(project: Project, service: Workspace, slice: LockfileSlice, scope: SliceScope): Workspace[] {
  const ordered: Workspace[] = [];
  const entered = new Set<string>([project.root.name]);
  const members = new Set(slice.workspaces);
  const visit = (name: string) => {
    const workspace = project.workspaces.get(name);
    if (workspace === undefined || entered.has(name) || !members.has(name)) return;
    entered.add(name);
    for (const next of workspacesNamed(project, workspace, scope)) visit(next);
    ordered.push(workspace);
  };
  for (const name of slice.workspaces) visit(name);
  return [...ordered.filter((workspace) => workspace !== service), service];
}

const namesIn = oncePer(
  () => new Map<ReadonlyMap<string, string>, readonly string[]>(),
  ({ structure }: Project) => structure,
);

/** Names of workspaces among a workspace's dependencies, sorted: the same for all services that share it. */
function workspacesNamed(project: Project, workspace: Workspace, scope: SliceScope): readonly string[] {
  const dependencies = workspaceDependencies(workspace, scope, project.yarn.family);
  const known = namesIn(project);
  const before = known.get(dependencies);
  if (before !== undefined) return before;
  const names = [...dependencies.keys(), ...requiredPeers(workspace.packageManifest)];
  const found = names.filter((name) => project.workspaces.has(name)).sort();
  known.set(dependencies, found);
  return found;
}
