/** Numbers in [0, 1) that a seed determines (mulberry32), so that a failing run can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The seed that `SHIPYARN_SEED` names, else always the same, so that what CI says depends on the commit alone. */
export function seedOf(env: NodeJS.ProcessEnv = process.env): number {
  return Number(env.SHIPYARN_SEED ?? 1);
}
