import { type BitRows, rowsApart } from './bitRows.ts';

/** The third-party packages of a service, as its slices of a lockfile have them. */
export interface ServicePackages {
  /** Numbers of shown packages that each slice holds. */
  shown(): readonly HeldNumbers[];
  /** Numbers that stand for what each slice says, line by line. */
  lines(): readonly HeldNumbers[];
  /** Versions of one in each of the slices, sorted; empty where it is not in a slice. */
  versionsOf(packageName: string): readonly (readonly string[])[];
  /** How it is reached: names from a workspace to the package; null where it is in no slice. */
  wayTo(packageName: string): readonly string[] | null;
  /** Whether one of these is in a slice. */
  holdsAny(packageNames: ReadonlySet<string>): boolean;
}

/** Numbers, each a row, that one of many slices holds. The same service is the same member in all trees of a run. */
export interface HeldNumbers {
  rows: BitRows;
  member: number;
}

/** Numbers that two lists of slices do not hold in the same places; where one has fewer, its last one stands for the others. */
export function numbersApart(before: readonly HeldNumbers[], after: readonly HeldNumbers[]): Set<number> {
  const places = (before.length > after.length ? before : after).map((_, place) => place);
  const apart = places.flatMap((place) => {
    const [old, young] = [before[place] ?? before.at(-1), after[place] ?? after.at(-1)];
    if (old === undefined || young === undefined) return [];
    return rowsApart(old.rows)(young.rows).flatMap(({ row, has }) => (has(young.member) ? row : []));
  });
  return new Set(apart);
}
