import { reachable } from '../../reachable.ts';
import type { PackageCone } from './packageCones.ts';

type Cones = ReadonlySet<PackageCone>;

/** Names of the packages that one of two slices has, and the other one not word for word. */
export function namesApart(some: Cones, others: Cones): Set<string> {
  const [ours, theirs] = [beyond(some, others), beyond(others, some)];
  const [gone, come] = [notHeld(ours, [...others, ...theirs]), notHeld(theirs, [...some, ...ours])];
  return new Set([...ownNames(gone, come), ...ownNames(come, gone)]);
}

/** Cones below those that the others do not hold as they are. */
function beyond(cones: Cones, others: Cones): Cones {
  return reachable(notHeld(cones, others), ({ children }) => children);
}

function notHeld(cones: Iterable<PackageCone>, others: Iterable<PackageCone>): PackageCone[] {
  const held = new Set([...others].map(({ digest }) => digest));
  return [...cones].filter(({ digest }) => !held.has(digest));
}

/** A cone also differs where only what its packages need does: those themselves are as they were. */
function ownNames(cones: readonly PackageCone[], others: readonly PackageCone[]): string[] {
  const same = new Set(others.map(({ ownText }) => ownText));
  const differing = cones.filter(({ ownText }) => !same.has(ownText));
  return differing.flatMap((cone) => cone.packages().map(({ name }) => name));
}

/** Versions of one package in some cones, sorted. */
export function versionsIn(cones: Cones, packageName: string): string[] {
  const known = knownVersions.get(packageName) ?? new WeakMap<PackageCone, readonly string[]>();
  knownVersions.set(packageName, known);
  const below = (cone: PackageCone): readonly string[] => {
    const before = known.get(cone);
    if (before !== undefined) return before;
    const own = cone.packages().flatMap(({ name, version }) => (name === packageName ? version : []));
    const found = new Set([...own, ...[...cone.children].flatMap(below)]);
    // Most cones hold none.
    const versions = found.size === 0 ? none : [...found];
    known.set(cone, versions);
    return versions;
  };
  return [...new Set([...cones].flatMap(below))].sort();
}

const none: readonly string[] = [];

/** The slices of many services consist of the same cones. */
const knownVersions = new Map<string, WeakMap<PackageCone, readonly string[]>>();
