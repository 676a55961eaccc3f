/** Random choices that repeat for a seed. */
export interface Random {
  /** Whether something with this probability happens. */
  chance(probability: number): boolean;
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
  /** Some of the items, each once, in their order. */
  some<T>(items: readonly T[], most: number): T[];
}

/** Mulberry32 (Tommy Ettinger, public domain). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(items: readonly T[]) => items[between(0, items.length - 1)] as T;
  return {
    chance: (probability) => next() < probability,
    between,
    pick,
    some(items, most) {
      const count = between(0, Math.min(most, items.length));
      const left = [...items];
      const chosen = Array.from({ length: count }, () => left.splice(between(0, left.length - 1), 1)[0]);
      return items.filter((item) => chosen.includes(item));
    },
  };
}
