import { Failure } from '../errors.ts';
import type { ReleasePlan } from '../plan/releasePlan.ts';
import type { Report, ShipyarnEvent, StageName } from './event.ts';

/** What `release --report <file>` writes. Schema 1; fields may be added, never renamed. */
interface RunReport {
  schema: 1;
  outcome: 'planned' | 'released' | 'nothing' | 'skipped' | 'overtaken' | 'failed';
  exitStatus: number;
  /** ISO 8601. */
  startedAt: string;
  milliseconds: number;
  /** Time spent in each stage, in the order in which they were first entered. */
  stages: { stage: StageName; milliseconds: number }[];
  /** What was made true outside this process, in that order. */
  effects: { effect: string; detail: string; service?: string }[];
  warnings: { message: string; service?: string }[];
  /** Services that could not be built and were left out. */
  failed: string[];
  /** Null where there was none to execute. */
  plan: ReleasePlan | null;
  error: { reason: string; message: string; hint: string | null } | null;
}

export interface RunRecorder {
  report: Report;
  /** The report of a run that ended so. */
  finish(ending: {
    outcome: RunReport['outcome'];
    exitStatus: number;
    plan?: ReleasePlan;
    failed?: string[];
    error?: unknown;
  }): RunReport;
}

/** Collects the events of a run on their way to `next`. */
export function recordRun(next: Report, now: () => number = Date.now): RunRecorder {
  const began = now();
  const events: ShipyarnEvent[] = [];
  return {
    report(event) {
      events.push(event);
      next(event);
    },
    finish: ({ outcome, exitStatus, plan = null, failed = [], error }) => ({
      schema: 1,
      outcome,
      exitStatus,
      startedAt: new Date(began).toISOString(),
      milliseconds: now() - began,
      stages: stageTimes(events),
      effects: events.flatMap(({ kind, ...event }) =>
        kind === 'effect' ? [event as RunReport['effects'][number]] : [],
      ),
      warnings: events.flatMap(({ kind, ...event }) =>
        kind === 'warning' ? [event as RunReport['warnings'][number]] : [],
      ),
      failed,
      plan,
      error: error === undefined ? null : errorOf(error),
    }),
  };
}

function stageTimes(events: readonly ShipyarnEvent[]): RunReport['stages'] {
  const times = new Map<StageName, number>();
  for (const event of events) {
    if (event.kind !== 'stage') continue;
    times.set(event.stage, (times.get(event.stage) ?? 0) + (event.milliseconds ?? 0));
  }
  return [...times].map(([stage, milliseconds]) => ({ stage, milliseconds }));
}

function errorOf(error: unknown): RunReport['error'] {
  if (error instanceof Failure) {
    return { reason: error.reason, message: error.message, hint: error.hint ?? null };
  }
  return { reason: 'bug', message: error instanceof Error ? error.message : String(error), hint: null };
}
