import { oncePer } from '../oncePer.ts';
import { reachable } from '../reachable.ts';
import type { ClosureKind } from '../workspace/closure.ts';
import { globMatcher } from '../workspace/globMatcher.ts';
import { type BerryGraph, berryGraph } from '../workspace/lockfile/berryGraph.ts';
import { shownPackage } from '../workspace/lockfile/packageCones.ts';
import type { LockfileEntry } from '../workspace/lockfile/parseBerryLockfile.ts';
import { anchorOf } from '../workspace/lockfile/workspaceEdges.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { type LockfileDependents, lockfileDependents } from './lockfileDependents.ts';
import type { ServicePackages } from './servicePackages.ts';

/**
 * The third-party packages of a service under Yarn 2–4, as the slices of these closures have them, found from the packages
 * upwards: once for all services, where few packages are asked for.
 */
export function packagesByReach(
  project: Project,
  { workspace: service, settings }: Service,
  kinds: readonly ClosureKind[],
): ServicePackages {
  const ignored = globMatcher(settings.ignoreDependencies);
  const scopes = kinds.map((kind) => ({ development: kind === 'build', ignored }));
  const graph = berryGraph(project);
  // Every slice has the root.
  const starts = [service, project.root].map((workspace) => graph.entryOf(anchorOf(graph, workspace)));
  const finders = scopes.map((scope) => finderFor(lockfileDependents(project, graph, scope)));
  return {
    versionsOf: (name) => finders.map((finder) => finder.versionsOf(name, starts)),
    wayTo(name) {
      for (const finder of finders) {
        const way = finder.wayTo(name, starts);
        if (way !== null) return way;
      }
      return null;
    },
    holdsAny: (names) => finders.some((finder) => finder.holdsAny(names, starts)),
  };
}

type Starts = readonly LockfileEntry[];

/** What some entries lead to. */
interface Finder {
  versionsOf(packageName: string, starts: Starts): string[];
  wayTo(packageName: string, starts: Starts): string[] | null;
  holdsAny(packageNames: ReadonlySet<string>, starts: Starts): boolean;
}

const finderFor = oncePer(makeFinder);

function makeFinder(dependents: LockfileDependents): Finder {
  const { graph } = dependents;
  const packages = packagesIn(graph);
  const entriesOf = (name: string) => [...(packages.get(name)?.keys() ?? [])];
  const leadingTo = oncePer((entry: LockfileEntry) => reachable([entry], dependents.needing));
  const leadingToAny = oncePer((names: ReadonlySet<string>) =>
    reachable([...names].flatMap(entriesOf), dependents.needing),
  );
  const distances = new Map<string, ReadonlyMap<LockfileEntry, number>>();
  const distancesTo = (name: string) => {
    const found = distances.get(name) ?? measure(entriesOf(name), dependents);
    distances.set(name, found);
    return found;
  };
  return {
    versionsOf(name, starts) {
      const versions = [...(packages.get(name) ?? [])].flatMap(([entry, version]) =>
        starts.some((start) => leadingTo(entry).has(start)) ? version : [],
      );
      return [...new Set(versions)].sort();
    },
    wayTo(name, starts) {
      const distanceOf = distancesTo(name);
      const way = shortestWay(starts, distanceOf, dependents);
      return way?.map((entry) => graph.packageOf(entry).name) ?? null;
    },
    holdsAny: (names, starts) => starts.some((start) => leadingToAny(names).has(start)),
  };
}

/** Third-party packages of a lockfile: versions, as people are shown them, by name and entry. */
const packagesIn = oncePer((graph: BerryGraph) => {
  const packages = new Map<string, Map<LockfileEntry, string>>();
  for (const entry of graph.lockfile.entries) {
    const shown = shownPackage(graph, entry);
    if (shown === null) continue;
    const known = packages.get(shown.name) ?? new Map<LockfileEntry, string>();
    packages.set(shown.name, known.set(entry, shown.version));
  }
  return packages;
});

/** By entry the number of steps to the nearest of these. */
function measure(
  ends: readonly LockfileEntry[],
  { naming }: LockfileDependents,
): ReadonlyMap<LockfileEntry, number> {
  const distances = new Map(ends.map((entry) => [entry, 0]));
  // A map hands out what is added to it while it is walked.
  for (const [entry, distance] of distances) {
    for (const dependent of naming(entry)) {
      if (!distances.has(dependent)) distances.set(dependent, distance + 1);
    }
  }
  return distances;
}

/** Of the shortest ways that which a search from the starts, breadth first, comes upon before others. */
function shortestWay(
  starts: Starts,
  distanceOf: ReadonlyMap<LockfileEntry, number>,
  { named }: LockfileDependents,
): LockfileEntry[] | null {
  const nearness = (entry: LockfileEntry) => distanceOf.get(entry) ?? Number.POSITIVE_INFINITY;
  const nearest = Math.min(...starts.map(nearness));
  let entry = starts.find((start) => nearness(start) === nearest);
  const way: LockfileEntry[] = [];
  for (let left = nearest; entry !== undefined && Number.isFinite(left); left -= 1) {
    way.push(entry);
    if (left === 0) return way;
    entry = named(entry).find((next) => nearness(next) === left - 1);
  }
  return null;
}
