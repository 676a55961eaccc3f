import type { BerryGraph } from '../../src/workspace/lockfile/berryGraph.ts';
import type { SliceScope } from '../../src/workspace/lockfile/lockfileSlice.ts';
import type { LockfileEntry } from '../../src/workspace/lockfile/parseBerryLockfile.ts';
import { anchorOf, workspaceEdges } from '../../src/workspace/lockfile/workspaceEdges.ts';
import type { Project } from '../../src/workspace/project.ts';

/**
 * Names from a workspace to a third-party package, by the shortest way; null where none leads there. Found from the
 * workspaces downwards. Who asks for another package goes on from where the last question ended.
 */
export function waysInSlice(
  project: Project,
  graph: BerryGraph,
  scope: SliceScope,
): (packageName: string) => string[] | null {
  const cameFrom = new Map<LockfileEntry, LockfileEntry | null>();
  const reached = new Map<string, LockfileEntry>();
  const starts = [...scope.roots.flatMap((name) => project.workspaces.get(name) ?? []), project.root];
  for (const start of starts) cameFrom.set(graph.entryOf(anchorOf(graph, start)), null);
  // A map hands out what is added to it while it is walked.
  const queue = cameFrom.keys();
  const visit = (entry: LockfileEntry) => {
    const workspace = graph.workspaceOf(entry);
    const { name } = graph.packageOf(entry);
    if (workspace === null && !reached.has(name)) reached.set(name, entry);
    const next =
      workspace === null
        ? graph.dependenciesOf(entry).resolved
        : workspaceEdges(project, graph, workspace, scope);
    for (const descriptor of next) {
      const dependency = graph.entryOf(descriptor);
      if (!cameFrom.has(dependency)) cameFrom.set(dependency, entry);
    }
  };
  return (packageName) => {
    for (;;) {
      const found = reached.get(packageName);
      if (found !== undefined) return trail(graph, found, cameFrom);
      const { value: entry, done } = queue.next();
      if (done) return null;
      visit(entry);
    }
  };
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
