import type { Environment } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';

export interface Freeze {
  /** ISO 8601, as configured. */
  until: string;
  reason: string | null;
}

/** The freeze window that a moment falls into, or null. `now` in milliseconds since 1970. */
export function freezeAt({ name, freeze = [] }: Environment, now: number): Freeze | null {
  for (const window of freeze) {
    const from = moment(window.from, name);
    const to = moment(window.to, name);
    if (from >= to) throw wrong(name, `${window.from} is not before ${window.to}`);
    if (now >= from && now < to) return { until: window.to, reason: window.reason ?? null };
  }
  return null;
}

function moment(text: string, environment: string): number {
  const milliseconds = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw wrong(environment, `\`${text}\` is no date`);
  return milliseconds;
}

function wrong(environment: string, why: string): Error {
  return inputFailure({
    reason: 'config-freeze-invalid',
    message: `A freeze window of environment \`${environment}\` cannot be read: ${why}.`,
    hint: 'Write both ends in ISO 8601: `from: 2030-12-20T00:00:00Z`.',
  });
}
