import { oncePer } from '../oncePer.ts';
import type { BerryGraph } from '../workspace/lockfile/berryGraph.ts';
import { keptByScope } from '../workspace/lockfile/keptByScope.ts';
import type { DependencyScope } from '../workspace/lockfile/lockfileSlice.ts';
import type { LockfileEntry } from '../workspace/lockfile/parseBerryLockfile.ts';
import { resolvedEdges } from '../workspace/lockfile/workspaceEdges.ts';
import type { Project } from '../workspace/project.ts';

/** Who needs what in a lockfile: packages, and workspaces by what counts in a scope. */
export interface LockfileDependents {
  graph: BerryGraph;
  /** Descriptors that one leads to: those that its package names, and the source of a patch. */
  edgesOf(descriptor: number): readonly number[];
  /** Entries that name one among their dependencies. */
  naming(entry: LockfileEntry): readonly LockfileEntry[];
  /** These, and those that name a patch of it. */
  needing(entry: LockfileEntry): readonly LockfileEntry[];
  /** Those that one names, in its order. */
  named(entry: LockfileEntry): readonly LockfileEntry[];
}

const known = keptByScope((): { made?: LockfileDependents } => ({}));

/** What a lockfile does not resolve is left out: whoever describes the service complains. */
export function lockfileDependents(
  project: Project,
  graph: BerryGraph,
  scope: DependencyScope,
): LockfileDependents {
  const kept = known(graph, scope);
  kept.made ??= findDependents(project, graph, scope);
  return kept.made;
}

function findDependents(project: Project, graph: BerryGraph, scope: DependencyScope): LockfileDependents {
  const { entries } = graph.lockfile;
  const namedBy = entries.map((entry): readonly number[] => {
    const workspace = graph.workspaceOf(entry);
    if (workspace !== null) return resolvedEdges(project, graph, workspace, scope);
    return graph.dependenciesOf(entry).resolved;
  });
  const naming: LockfileEntry[][] = entries.map(() => []);
  const patching = new Map<LockfileEntry, LockfileEntry[]>();
  for (const entry of entries) {
    for (const descriptor of namedBy[entry.index] ?? []) {
      naming[graph.entryOf(descriptor).index]?.push(entry);
      for (let at = graph.patchSourceOf(descriptor); at !== -1; at = graph.patchSourceOf(at)) {
        const source = graph.entryOf(at);
        patching.set(source, [...(patching.get(source) ?? []), entry]);
      }
    }
  }
  const dependents = (entry: LockfileEntry) => naming[entry.index] ?? [];
  const namedIn = (entry: LockfileEntry) => namedBy[entry.index] ?? [];
  return {
    graph,
    edgesOf(descriptor) {
      const named = namedIn(graph.entryOf(descriptor));
      const source = graph.patchSourceOf(descriptor);
      return source === -1 ? named : [source, ...named];
    },
    naming: dependents,
    needing(entry) {
      const others = patching.get(entry);
      return others === undefined ? dependents(entry) : [...dependents(entry), ...others];
    },
    named: oncePer((entry) => namedIn(entry).map((descriptor) => graph.entryOf(descriptor))),
  };
}
