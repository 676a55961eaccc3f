import { packageNumbered, packagesNamed, versionsIn } from '../workspace/lockfile/shownPackages.ts';
import type { PackageChange, Reason } from './reason.ts';
import { type HeldNumbers, numbersApart, type ServicePackages } from './servicePackages.ts';

/** More packages say nothing more to a person, and to find the way to each takes long. */
const mostPackages = 50;

/** Packages that changed, sorted by name: up to a number, each with the way to it. */
export type ToldPackages = Required<Pick<Reason, 'packages'>> & Pick<Reason, 'morePackages'>;

/**
 * Third-party packages whose versions differ between two sides of a service. A package that several slices of a side hold
 * counts once.
 */
export function changedPackages(before: ServicePackages, after: ServicePackages): ToldPackages {
  const [old, young] = [before.shown(), after.shown()];
  const names = new Set([...numbersApart(old, young)].map((number) => packageNumbered(number).name));
  const all = [...names]
    .sort()
    .map((name) => ({ name, from: shownVersions(old, name), to: shownVersions(young, name) }))
    .filter(({ from, to }) => from !== to);
  return toldPackages(all, ({ name, to }) => (to === null ? before : after).wayTo(name));
}

/** As people are shown them, slice by slice; null where there is none. */
function shownVersions(slices: readonly HeldNumbers[], packageName: string): string | null {
  const versions = slices.flatMap(({ rows, member }) => {
    const held = packagesNamed(packageName).filter(({ number }) => rows.has(number, member));
    return versionsIn(held, packageName);
  });
  return versions.length === 0 ? null : [...new Set(versions)].join(', ');
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
