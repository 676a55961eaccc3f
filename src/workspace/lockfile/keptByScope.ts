import type { DependencyScope } from './lockfileSlice.ts';

/**
 * Keeps one thing for each owner (a lockfile, a root manifest) and each rule of which dependencies count, whatever slice
 * asks: every service has the root, and shares libraries.
 */
export function keptByScope<T>(make: () => T): (owner: object, scope: DependencyScope) => T {
  const kept = new WeakMap<object, Map<DependencyScope['ignored'], [T, T]>>();
  return (owner, { ignored, development }) => {
    const byRule = kept.get(owner) ?? new Map<DependencyScope['ignored'], [T, T]>();
    kept.set(owner, byRule);
    const both = byRule.get(ignored) ?? ([make(), make()] satisfies [T, T]);
    byRule.set(ignored, both);
    return both[development ? 1 : 0];
  };
}
