import type { Project, Workspace } from '../project.ts';
import { type BerryGraph, complete, type ResolvedDependencies } from './berryGraph.ts';
import { checkFields } from './checkFields.ts';
import { keptByScope } from './keptByScope.ts';
import { entryDiffers, lockfileOutOfDate, workspaceNotInLockfile } from './lockfileFailures.ts';
import type { DependencyScope, SliceScope } from './lockfileSlice.ts';
import { packageExtensions } from './packageExtensions.ts';
import type { LockfileEntry } from './parseBerryLockfile.ts';
import { requiredPeers, workspaceDependencies } from './workspaceDependencies.ts';
import { workspaceBody } from './writeBerryEntry.ts';

/** What workspaces are in a scope, whatever the slice. */
interface KnownWorkspaces {
  edges: Map<Workspace, readonly number[]>;
  bodies: Map<Workspace, string>;
}

const knownWorkspaces = keptByScope((): KnownWorkspaces => ({ edges: new Map(), bodies: new Map() }));

/** Descriptors that a workspace leads to: its own anchor, its dependencies in this scope, its required peers among workspaces. */
export function workspaceEdges(
  project: Project,
  graph: BerryGraph,
  workspace: Workspace,
  scope: SliceScope,
): readonly number[] {
  const { edges } = knownWorkspaces(graph, scope);
  const found = edges.get(workspace) ?? findEdges(project, graph, workspace, scope);
  edges.set(workspace, found);
  return found;
}

/** Its own anchor, its dependencies in this scope, and workspaces that it has as required peers. */
function findEdges(project: Project, graph: BerryGraph, workspace: Workspace, scope: SliceScope): number[] {
  const anchor = anchorOf(graph, workspace);
  const edges = [anchor];
  const entry = graph.entryOf(anchor);
  checkFields(workspace, entry.body);
  const listed = new Map(graph.packageOf(entry).dependencies);
  const parent = locatorOf(workspace);
  const dependencies = workspaceDependencies(workspace, scope, 'berry');
  for (const [name, range] of dependencies) {
    const descriptor = graph.resolve(parent, name, range);
    const recorded = listed.get(name);
    const fits = recorded === range || recorded === `npm:${range}`;
    if (descriptor === null || !fits) throw lockfileOutOfDate(workspace, name, range);
    edges.push(descriptor);
  }
  checkNoneIsLeft(project, workspace, listed.keys());
  const providers = peerProviders(project, workspace).map((provider) => anchorOf(graph, provider));
  return [...edges, ...complete(addedEdges(graph, workspace, dependencies)), ...providers];
}

/** The same, without its own anchor, where the lockfile may be out of date: what it does not resolve is left out. */
export function resolvedEdges(
  project: Project,
  graph: BerryGraph,
  workspace: Workspace,
  scope: DependencyScope,
): number[] {
  const dependencies = workspaceDependencies(workspace, scope, 'berry');
  const parent = locatorOf(workspace);
  return [
    ...[...dependencies].flatMap(([name, range]) => graph.resolve(parent, name, range) ?? []),
    ...addedEdges(graph, workspace, dependencies).resolved,
    ...peerProviders(project, workspace).flatMap((provider) => anchorIn(graph, provider) ?? []),
  ];
}

/** What extensions add to a workspace's dependencies. */
function addedEdges(
  graph: BerryGraph,
  workspace: Workspace,
  dependencies: ReadonlyMap<string, string>,
): ResolvedDependencies {
  return graph.extensionsOf(
    locatorOf(workspace),
    () => versionOf(workspace),
    (name) => dependencies.has(name),
  );
}

function peerProviders({ workspaces }: Project, { packageManifest }: Workspace): Workspace[] {
  return requiredPeers(packageManifest).flatMap((peer) => workspaces.get(peer) ?? []);
}

function locatorOf({ name, path }: Workspace) {
  return { name, reference: `workspace:${path || '.'}` };
}

function versionOf({ packageManifest }: Workspace): string {
  return packageManifest.version ?? '0.0.0';
}

/** Refuses an entry that lists a dependency which neither the manifest nor an extension names any more. */
function checkNoneIsLeft(project: Project, workspace: Workspace, listed: Iterable<string>): void {
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = workspace.packageManifest;
  const isNamed = (dependency: string) =>
    [dependencies, devDependencies, optionalDependencies].some((field) => Object.hasOwn(field, dependency));
  const left = [...listed].filter((dependency) => !isNamed(dependency));
  if (left.length === 0) return;
  const added = new Set(
    packageExtensions(project)(workspace.name, () => versionOf(workspace)).map(({ name }) => name),
  );
  const stale = left.find((dependency) => !added.has(dependency));
  if (stale !== undefined) throw entryDiffers(workspace, 'dependencies', stale);
}

/** The descriptor by which a workspace always stands in the lockfile. Rejects where it does not. */
export function anchorOf(graph: BerryGraph, workspace: Workspace): number {
  const number = anchorIn(graph, workspace);
  if (number === null) throw workspaceNotInLockfile(workspace);
  return number;
}

/** The same; null where it does not. */
export function anchorIn(graph: BerryGraph, { name, path }: Workspace): number | null {
  return graph.numberOf(`${name}@workspace:${path || '.'}`);
}

/** An entry's body; a workspace's holds what its manifest asks for in this scope. */
export function bodyOf(graph: BerryGraph, entry: LockfileEntry, scope: DependencyScope): string {
  const workspace = graph.workspaceOf(entry);
  if (workspace === null) return entry.body;
  const { bodies } = knownWorkspaces(graph, scope);
  const dependencies = () => workspaceDependencies(workspace, scope, 'berry');
  const body =
    bodies.get(workspace) ??
    workspaceBody(entry, graph.packageOf(entry), dependencies(), graph.lockfile.metadataVersion);
  bodies.set(workspace, body);
  return body;
}
