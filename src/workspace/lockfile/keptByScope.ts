import type { BerryGraph } from './berryGraph.ts';
import type { SliceScope } from './lockfileSlice.ts';

type Counting = Pick<SliceScope, 'ignored' | 'development'>;

/**
 * Keeps one thing for each lockfile and each rule of which dependencies count, whatever slice asks: every service has
 * the root, and shares libraries.
 */
export function keptByScope<T>(make: () => T): (graph: BerryGraph, scope: Counting) => T {
  const kept = new WeakMap<BerryGraph, Map<SliceScope['ignored'], [T, T]>>();
  return (graph, { ignored, development }) => {
    const byRule = kept.get(graph) ?? new Map<SliceScope['ignored'], [T, T]>();
    kept.set(graph, byRule);
    const both = byRule.get(ignored) ?? ([make(), make()] satisfies [T, T]);
    byRule.set(ignored, both);
    return both[development ? 1 : 0];
  };
}
