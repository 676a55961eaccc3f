import { groupedBy } from '../groupedBy.ts';
import { oncePer } from '../oncePer.ts';
import { reachable } from '../reachable.ts';
import type { ClosureKind } from '../workspace/closure.ts';
import { globMatcher } from '../workspace/globMatcher.ts';
import { type BerryGraph, berryGraph } from '../workspace/lockfile/berryGraph.ts';
import type { LockfileEntry } from '../workspace/lockfile/parseBerryLockfile.ts';
import { shownIn, shownPackages, versionsIn } from '../workspace/lockfile/shownPackages.ts';
import { anchorOf } from '../workspace/lockfile/workspaceEdges.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { type LockfileDependents, lockfileDependents } from './lockfileDependents.ts';
import type { ServicePackages } from './servicePackages.ts';
import { memberNumber, sliceHolders } from './sliceHolders.ts';

/**
 * The third-party packages of a service under Yarn 2–4, as the slices of these closures have them, found for all services at
 * once: those that are asked for from the packages upwards, all of them from the workspaces downwards.
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
  const slices = () => scopes.map((scope) => sliceHolders(project, graph, scope));
  const member = memberNumber(service);
  return {
    shown: () => slices().map(({ shown }) => ({ rows: shown(), member })),
    lines: () => slices().map(({ lines }) => ({ rows: lines(), member })),
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
  const entriesOf = (name: string) => packagesIn(graph).get(name) ?? [];
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
      const held = entriesOf(name).filter((entry) => starts.some((start) => leadingTo(entry).has(start)));
      return versionsIn(shownIn(graph, held), name);
    },
    wayTo(name, starts) {
      const distanceOf = distancesTo(name);
      const way = shortestWay(starts, distanceOf, dependents);
      return way?.map((entry) => graph.packageOf(entry).name) ?? null;
    },
    holdsAny: (names, starts) => starts.some((start) => leadingToAny(names).has(start)),
  };
}

/** Entries of third-party packages, by name. */
const packagesIn = oncePer((graph: BerryGraph) => {
  const shown = shownPackages(graph);
  return groupedBy(graph.lockfile.entries, ({ index }) => shown[index]?.name ?? null);
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
