import { namesApart } from '../workspace/lockfile/compareCones.ts';
import type { LockfileSlice } from '../workspace/lockfile/lockfileSlice.ts';
import type { PackageCone } from '../workspace/lockfile/packageCones.ts';
import type { PackageChange } from './reason.ts';

/** The versions of so many packages are looked up one by one; of more, all that a slice holds are listed. */
const fewPackages = 64;

/**
 * Third-party packages whose versions differ between the slices of two sides of a service, sorted by name.
 * A package that several slices of a side hold counts once.
 */
export function changedPackages(
  before: readonly LockfileSlice[],
  after: readonly LockfileSlice[],
): PackageChange[] {
  const names = [...namesThatMayDiffer(before, after)].sort();
  const versionsOf = (slice: LockfileSlice, name: string) =>
    names.length > fewPackages ? (slice.packages().get(name) ?? []) : slice.versionsOf(name);
  const versionsIn = (slices: readonly LockfileSlice[], name: string) => {
    const versions = new Set(slices.flatMap((slice) => versionsOf(slice, name)));
    return versions.size === 0 ? null : [...versions].join(', ');
  };
  return names.flatMap((name) => {
    const [from, to] = [versionsIn(before, name), versionsIn(after, name)];
    if (from === to) return [];
    const via = wayTo(name, to === null ? before : after);
    return [{ name, from, to, ...(via !== null && { via }) }];
  });
}

function namesThatMayDiffer(
  before: readonly LockfileSlice[],
  after: readonly LockfileSlice[],
): Iterable<string> {
  const [old, young] = [conesOf(before), conesOf(after)];
  if (old !== null && young !== null) return namesApart(old, young);
  return new Set([...before, ...after].flatMap((slice) => [...slice.packages().keys()]));
}

function conesOf(slices: readonly LockfileSlice[]): ReadonlySet<PackageCone> | null {
  const all = slices.map((slice) => slice.cones()).filter((cones) => cones !== null);
  return all.length < slices.length ? null : new Set(all.flatMap((cones) => [...cones]));
}

function wayTo(name: string, slices: readonly LockfileSlice[]): string[] | null {
  for (const slice of slices) {
    const way = slice.pathTo(name);
    if (way !== null) return [...way];
  }
  return null;
}
