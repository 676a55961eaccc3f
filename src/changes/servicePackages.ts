import type { Closure } from '../workspace/closure.ts';
import { versionsLookup } from '../workspace/lockfile/lockfileSlice.ts';
import { wayTo } from './changedPackages.ts';

/** The third-party packages of a service. */
export interface ServicePackages {
  /** Versions of one in each of the service's slices, sorted; empty where it is not in a slice. */
  versionsOf(packageName: string): readonly (readonly string[])[];
  /** How it is reached: names from a workspace to the package; null where it is in no slice. */
  wayTo(packageName: string): readonly string[] | null;
  /** Whether one of these is in a slice. */
  holdsAny(packageNames: ReadonlySet<string>): boolean;
}

/** As the slices of its closures have them. */
export function packagesInSlices(closures: readonly Closure[]): ServicePackages {
  const slices = closures.map(({ slice }) => slice);
  return {
    versionsOf: (name) => slices.map((slice) => slice.versionsOf(name)),
    wayTo: (name) => wayTo(name, slices),
    holdsAny(names) {
      const versionsOf = versionsLookup(names.size);
      return [...names].some((name) => slices.some((slice) => versionsOf(slice, name).length > 0));
    },
  };
}
