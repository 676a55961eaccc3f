import type { Report, StageName } from './event.ts';

export interface StageTiming {
  /** Passes everything on, and adds up the time of the stages. */
  report: Report;
  /** A line per stage in the order in which they began, `time` in front: `time  plan  42 ms`. */
  lines(now: number): string;
}

/**
 * Where the time of a command goes. `began`: milliseconds from the start of the process to the command's first
 * step. A stage that runs several times counts together; `other` is what lies between stages.
 */
export function stageTiming(report: Report, began: number): StageTiming {
  const spent = new Map<StageName, number>();
  return {
    report(event) {
      if (event.kind === 'stage')
        spent.set(event.stage, (spent.get(event.stage) ?? 0) + (event.milliseconds ?? 0));
      report(event);
    },
    lines(now) {
      const inStages = [...spent.values()].reduce((sum, one) => sum + one, 0);
      const rows: [string, number][] = [
        ['start', began],
        ...spent,
        ['other', Math.max(0, now - began - inStages)],
        ['total', now],
      ];
      return rows
        .map(([name, milliseconds]) => `time  ${name.padEnd(10)} ${Math.round(milliseconds)} ms\n`)
        .join('');
    },
  };
}
