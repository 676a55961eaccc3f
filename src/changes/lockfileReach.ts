import { reachable } from '../reachable.ts';
import { type BerryGraph, berryGraph } from '../workspace/lockfile/berryGraph.ts';
import type { SliceScope } from '../workspace/lockfile/lockfileSlice.ts';
import type { LockfileEntry } from '../workspace/lockfile/parseBerryLockfile.ts';
import { workspaceDependencies } from '../workspace/lockfile/workspaceDependencies.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { ignoredByAll } from './ignoredByAll.ts';

/** Whom edits of `yarn.lock` reach. */
export interface LockfileReach {
  /** The only workspaces whose slice can differ: they reach an entry that the other version does not have word for word. */
  workspaces: ReadonlySet<Workspace>;
  /** Those that certainly take what the other version has nowhere, to run. */
  certain: ReadonlySet<Workspace>;
}

/**
 * Whom the edits of `yarn.lock` reach since another tree. Null: everyone (the header differs, or Yarn Classic keeps the
 * lockfile).
 */
export async function reachOfEdits(
  { project, services }: { project: Project; services: readonly Service[] },
  since: Snapshot,
): Promise<LockfileReach | null> {
  if (project.yarn.family === 'classic') return null;
  const graph = berryGraph(project);
  const edits = editsOf(graph, (await since.read('yarn.lock'))?.toString('utf8') ?? '');
  if (edits === null) return null;
  // Root devDependencies that are in nobody's slice.
  const ignored = ignoredByAll(services);
  const dependents = dependentsByEntry(project, ignored);
  const dependentsOf = (entry: LockfileEntry) => dependents.get(entry) ?? [];
  const reached = reachable(edits.edited, dependentsOf);
  const taken = reachable(edits.fresh, (entry) =>
    dependentsOf(entry).filter((dependent) => graph.workspaceOf(dependent) === null),
  );
  const workspaces = [...reached].flatMap((entry) => graph.workspaceOf(entry) ?? []);
  const certain = workspaces.filter((workspace) =>
    workspaceEdges(project, workspace, { development: false, ignored }).some((descriptor) =>
      taken.has(graph.entryOf(descriptor)),
    ),
  );
  return { workspaces: new Set(workspaces), certain: new Set(certain) };
}

interface Edits {
  /** Entries that the other version does not have word for word. */
  edited: LockfileEntry[];
  /** Third-party packages among them that it has nowhere: what only came to be asked for by another range keeps its body. */
  fresh: LockfileEntry[];
}

/** Null: the header differs. */
function editsOf(graph: BerryGraph, before: string): Edits | null {
  const { header, entries } = graph.lockfile;
  const other = before.replaceAll('\r\n', '\n');
  if (!other.startsWith(header)) return null;
  const others = other.split('\n\n').map((entry) => entry.trimEnd());
  const known = new Set(others);
  const edited = entries.filter(({ keyText, body }) => !known.has(`${keyText}\n${body}`.trimEnd()));
  const bodies = new Set(others.map((entry) => entry.slice(entry.indexOf('\n  ') + 1)));
  const fresh = edited.filter(
    (entry) => graph.workspaceOf(entry) === null && !bodies.has(entry.body.trimEnd()),
  );
  return { edited, fresh };
}

function dependentsByEntry(
  project: Project,
  ignored: (packageName: string) => boolean,
): Map<LockfileEntry, LockfileEntry[]> {
  const graph = berryGraph(project);
  const dependents = new Map<LockfileEntry, LockfileEntry[]>();
  const addEdge = (from: LockfileEntry, descriptor: number) => {
    const to = graph.entryOf(descriptor);
    const known = dependents.get(to);
    if (known === undefined) dependents.set(to, [from]);
    else known.push(from);
    const source = graph.patchSourceOf(descriptor);
    if (source !== -1) addEdge(from, source);
  };
  for (const entry of graph.lockfile.entries) {
    const workspace = graph.workspaceOf(entry);
    const edges =
      workspace === null
        ? graph.dependenciesOf(entry)
        : workspaceEdges(project, workspace, { development: true, ignored });
    for (const descriptor of edges) addEdge(entry, descriptor);
  }
  return dependents;
}

/** What is not resolved is complained about when the service is described. */
function workspaceEdges(
  project: Project,
  workspace: Workspace,
  scope: Pick<SliceScope, 'development' | 'ignored'>,
): number[] {
  const graph = berryGraph(project);
  const parent = { name: workspace.name, reference: `workspace:${workspace.path || '.'}` };
  const dependencies = workspaceDependencies(workspace, scope, 'berry');
  return [...dependencies].flatMap(([name, range]) => graph.resolve(parent, name, range) ?? []);
}
