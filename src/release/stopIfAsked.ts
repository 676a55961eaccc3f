import { workFailure } from '../errors.ts';

/** Between two steps of a release, where stopping is safe: rejects once the signal is aborted. */
export function stopIfAsked(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw workFailure({
    reason: 'interrupted',
    message: 'Interrupted.',
    hint: 'Run again: it continues where this run has stopped.',
  });
}
