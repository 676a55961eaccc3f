import type { LockfileSlice } from '../workspace/lockfile/lockfileSlice.ts';
import type { PackageChange } from './reason.ts';

/**
 * Third-party packages whose versions differ between the slices of two sides of a service, sorted by name.
 * A package that several slices of a side hold counts once.
 */
export function changedPackages(
  before: readonly LockfileSlice[],
  after: readonly LockfileSlice[],
): PackageChange[] {
  const [old, young] = [versionsByName(before), versionsByName(after)];
  const names = [...new Set([...old.keys(), ...young.keys()])].sort();
  return names.flatMap((name) => {
    const [from, to] = [old.get(name) ?? null, young.get(name) ?? null];
    if (from === to) return [];
    const via = wayTo(name, young.has(name) ? after : before);
    return [{ name, from, to, ...(via !== null && { via }) }];
  });
}

function versionsByName(slices: readonly LockfileSlice[]): Map<string, string> {
  const all = new Map<string, Set<string>>();
  for (const slice of slices) {
    for (const [name, versions] of slice.packages()) {
      const known = all.get(name) ?? new Set();
      all.set(name, known);
      for (const version of versions) known.add(version);
    }
  }
  return new Map([...all].map(([name, versions]) => [name, [...versions].join(', ')]));
}

function wayTo(name: string, slices: readonly LockfileSlice[]): string[] | null {
  for (const slice of slices) {
    const way = slice.pathTo(name);
    if (way !== null) return [...way];
  }
  return null;
}
