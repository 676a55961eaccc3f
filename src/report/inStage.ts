import type { Report, StageName } from './event.ts';

/** Runs a stage and reports its beginning and its end, with the time it took. */
export async function inStage<T>(
  { clock, report }: { clock: { now(): number }; report: Report },
  stage: StageName,
  work: () => T | Promise<T>,
): Promise<T> {
  const began = clock.now();
  report({ kind: 'stage', stage, state: 'started' });
  try {
    return await work();
  } finally {
    report({ kind: 'stage', stage, state: 'done', milliseconds: clock.now() - began });
  }
}
