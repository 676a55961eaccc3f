import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/** A flag of V8 that makes it optimize later, with what Node has set. */
interface Delay {
  flag: string;
  given: number;
  later: number;
}

/** By Node's major version: V8 renames such flags, and complains on standard error of those it does not know. */
const delays: Readonly<Record<string, readonly Delay[]>> = {
  20: [
    { flag: 'interrupt-budget', given: 67_584, later: 2_000_000 },
    // Before a function is optimized V8 takes notes for that.
    { flag: 'interrupt-budget-factor-for-feedback-allocation', given: 8, later: 32 },
  ],
  22: [
    { flag: 'invocation-count-for-maglev', given: 400, later: 20_000 },
    { flag: 'invocation-count-for-turbofan', given: 3_000, later: 20_000 },
  ],
  24: [
    { flag: 'invocation-count-for-maglev', given: 400, later: 20_000 },
    { flag: 'invocation-count-for-turbofan', given: 10_000, later: 20_000 },
  ],
};

/** Loads at once; within one another is no mistake. */
export type Loading = <T>(load: () => T) => T;

/**
 * Lets V8 optimize functions many times later than it would. It does so on another thread, which in a run of a second
 * takes a core from Git and comes too late to pay; long loops still get it. What is loaded afterwards has to be loaded
 * by the function that this returns: V8 refuses bytecode, Node's own modules' as well as ours, where flags are not what
 * they were when it was made, and Node's would then take twice as long to load.
 * @see https://nodejs.org/docs/latest-v20.x/api/v8.html#v8cacheddataversiontag
 */
export function optimizeLater(): Loading {
  const [major = ''] = process.versions.node.split('.');
  const known = delays[major] ?? [];
  const set = (which: 'given' | 'later') => {
    for (const delay of known) setFlagsFromString(`--${delay.flag}=${delay[which]}`);
  };
  const started = cachedDataVersionTag();
  set('later');
  let depth = 0;
  const loading: Loading = (load) => {
    if (depth === 0) set('given');
    depth += 1;
    try {
      return load();
    } finally {
      depth -= 1;
      if (depth === 0) set('later');
    }
  };
  // A release of Node that sets another value: it stays as it is.
  if (loading(cachedDataVersionTag) !== started) {
    set('given');
    return (load) => load();
  }
  return loading;
}
