import type { Project } from '../project.ts';
import type { BerryGraph } from './berryGraph.ts';
import type { SliceScope } from './lockfileSlice.ts';
import type { LockfileEntry } from './parseBerryLockfile.ts';
import { anchorOf, workspaceEdges } from './workspaceEdges.ts';

/** Names from a workspace to a third-party package, by the shortest way; null where none leads there. */
export function wayToPackage(
  project: Project,
  graph: BerryGraph,
  scope: SliceScope,
  packageName: string,
): string[] | null {
  const cameFrom = new Map<LockfileEntry, LockfileEntry | null>();
  const starts = [...scope.roots.map((name) => project.workspaces.get(name)), project.root];
  const queue: LockfileEntry[] = [];
  const enqueue = (entry: LockfileEntry, parent: LockfileEntry | null) => {
    if (cameFrom.has(entry)) return;
    cameFrom.set(entry, parent);
    queue.push(entry);
  };
  for (const start of starts) {
    if (start !== undefined) enqueue(graph.entryOf(anchorOf(graph, start)), null);
  }
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
    if (graph.packageOf(entry).name === packageName && graph.workspaceOf(entry) === null) {
      return trail(graph, entry, cameFrom);
    }
    const workspace = graph.workspaceOf(entry);
    const next =
      workspace === null ? graph.dependenciesOf(entry) : workspaceEdges(project, graph, workspace, scope);
    for (const descriptor of next) enqueue(graph.entryOf(descriptor), entry);
  }
  return null;
}

function trail(
  graph: BerryGraph,
  end: LockfileEntry,
  cameFrom: ReadonlyMap<LockfileEntry, LockfileEntry | null>,
): string[] {
  const names: string[] = [];
  for (let entry: LockfileEntry | null = end; entry !== null; entry = cameFrom.get(entry) ?? null) {
    names.unshift(graph.packageOf(entry).name);
  }
  return names;
}
