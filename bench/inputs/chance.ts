import { seededRandom } from '../../test/support/random.ts';

/** Choices that a seed determines. */
export interface Chance {
  /** A whole number from 0 up to and without `end`. */
  below(end: number): number;
  pick<T>(list: readonly T[]): T;
  /** `count` different elements, or all where there are fewer. */
  some<T>(list: readonly T[], count: number): T[];
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
}

export function chanceOf(seed: number): Chance {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  return {
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    some(list, count) {
      const chosen = new Set<(typeof list)[number]>();
      while (chosen.size < Math.min(count, list.length))
        chosen.add(list[below(list.length)] as (typeof list)[number]);
      return [...chosen];
    },
    hex: (length) => Array.from({ length }, () => below(16).toString(16)).join(''),
  };
}
