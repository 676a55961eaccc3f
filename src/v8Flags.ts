import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/** A flag of V8 as Node has set it, and as it suits a run of a second. */
interface Flag {
  given: string;
  wanted: string;
}

/**
 * Marking what lives step by step spares long programs a pause, and starts early in a small heap. Without it V8 marks at
 * once, when it has to.
 */
const marking: Flag = { given: '--incremental-marking', wanted: '--no-incremental-marking' };

/**
 * The first collection leaves a few megabytes, and by default the next one comes at four times that: a tenth of a second
 * for little.
 */
const growth: Flag = { given: '--heap-growing-percent=0', wanted: '--heap-growing-percent=700' };

/** Of V8's first optimizing compiler. */
const maglev: Flag = {
  given: '--invocation-count-for-maglev=400',
  wanted: '--invocation-count-for-maglev=20000',
};

/**
 * By Node's major version: V8 renames flags, and complains on standard error of those it does not know. Functions are
 * optimized many times later than by default: that takes a core from Git, on another thread, and in a run of a second
 * comes too late to pay; long loops still get it.
 */
const flags: Readonly<Record<string, readonly Flag[]>> = {
  20: [
    marking,
    growth,
    { given: '--interrupt-budget=67584', wanted: '--interrupt-budget=2000000' },
    // Before a function is optimized V8 takes notes for that.
    {
      given: '--interrupt-budget-factor-for-feedback-allocation=8',
      wanted: '--interrupt-budget-factor-for-feedback-allocation=32',
    },
  ],
  22: [
    marking,
    growth,
    maglev,
    { given: '--invocation-count-for-turbofan=3000', wanted: '--invocation-count-for-turbofan=20000' },
  ],
  24: [
    marking,
    growth,
    maglev,
    { given: '--invocation-count-for-turbofan=10000', wanted: '--invocation-count-for-turbofan=20000' },
  ],
};

/** Loads at once; within one another is no mistake. */
export type Loading = <T>(load: () => T) => T;

/**
 * Sets V8's flags for a short run. What is loaded afterwards has to be loaded by the function that this returns: V8
 * refuses bytecode, Node's own modules' as well as ours, where flags are not what they were when it was made, and Node's
 * would then take twice as long to load.
 * @see https://nodejs.org/docs/latest-v20.x/api/v8.html#v8cacheddataversiontag
 */
export function setFlagsForShortRun(): Loading {
  const [major = ''] = process.versions.node.split('.');
  const known = flags[major] ?? [];
  const set = (which: keyof Flag) => {
    for (const flag of known) setFlagsFromString(flag[which]);
  };
  const started = cachedDataVersionTag();
  set('wanted');
  let depth = 0;
  const loading: Loading = (load) => {
    if (depth === 0) set('given');
    depth += 1;
    try {
      return load();
    } finally {
      depth -= 1;
      if (depth === 0) set('wanted');
    }
  };
  // A release of Node that sets another value: it stays as it is.
  if (loading(cachedDataVersionTag) !== started) {
    set('given');
    return (load) => load();
  }
  return loading;
}
