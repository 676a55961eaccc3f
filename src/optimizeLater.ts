import { setFlagsFromString } from 'node:v8';

const before = ['--interrupt-budget=2000000'];
const since22 = ['--invocation-count-for-maglev=20000', '--invocation-count-for-turbofan=20000'];
/** By Node's major version: V8 renames such flags, and complains on standard error of those it does not know. */
const flags: Readonly<Record<string, readonly string[]>> = {
  20: before,
  22: since22,
  24: since22,
  26: since22,
};

/**
 * Lets V8 optimize functions many times later than it would. It does so on another thread, which in a run of a second
 * takes a core from Git and comes too late to pay; long loops still get it.
 */
export function optimizeLater(): void {
  const [major = ''] = process.versions.node.split('.');
  for (const flag of flags[major] ?? []) setFlagsFromString(flag);
}
