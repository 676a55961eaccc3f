import { namesApart } from '../workspace/lockfile/compareCones.ts';
import { type LockfileSlice, versionsLookup } from '../workspace/lockfile/lockfileSlice.ts';
import type { PackageCone } from '../workspace/lockfile/packageCones.ts';
import type { PackageChange, Reason } from './reason.ts';

/** More packages say nothing more to a person, and to find the way to each takes long. */
const mostPackages = 50;

/** Packages that changed, sorted by name: up to a number, each with the way to it. */
export type ToldPackages = Required<Pick<Reason, 'packages'>> & Pick<Reason, 'morePackages'>;

/**
 * Third-party packages whose versions differ between the slices of two sides of a service. A package that several slices
 * of a side hold counts once.
 */
export function changedPackages(
  before: readonly LockfileSlice[],
  after: readonly LockfileSlice[],
): ToldPackages {
  const names = [...namesThatMayDiffer(before, after)].sort();
  const versionsOf = versionsLookup(names.length);
  const versionsIn = (slices: readonly LockfileSlice[], name: string) => {
    const versions = new Set(slices.flatMap((slice) => versionsOf(slice, name)));
    return versions.size === 0 ? null : [...versions].join(', ');
  };
  const all = names
    .map((name) => ({ name, from: versionsIn(before, name), to: versionsIn(after, name) }))
    .filter(({ from, to }) => from !== to);
  return toldPackages(all, ({ name, to }) => wayTo(name, to === null ? before : after));
}

/** Ways are asked for those that are told. */
export function toldPackages(
  all: readonly PackageChange[],
  wayOf: (change: PackageChange) => readonly string[] | null,
): ToldPackages {
  const packages = all.slice(0, mostPackages).map((change): PackageChange => {
    const via = wayOf(change);
    return { ...change, ...(via !== null && { via: [...via] }) };
  });
  const more = all.length - packages.length;
  return { packages, ...(more > 0 && { morePackages: more }) };
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

/** How the first of some slices that holds a package reaches it. */
export function wayTo(name: string, slices: readonly LockfileSlice[]): string[] | null {
  for (const slice of slices) {
    const way = slice.pathTo(name);
    if (way !== null) return [...way];
  }
  return null;
}
