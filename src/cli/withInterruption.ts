import { Failure, workFailure } from '../errors.ts';

const signals = { SIGINT: 130, SIGTERM: 143 } as const;
type Stopping = keyof typeof signals;

/**
 * Runs `work` with a signal that the first SIGINT or SIGTERM aborts: work stops at the next safe point, and what
 * fails until then counts as interrupted. The second one calls `end` at once.
 * @param end Ends the process with an exit status; temporary folders go with it.
 */
export async function withInterruption<T>(
  work: (signal: AbortSignal) => Promise<T>,
  end: (exitStatus: number) => void,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: Stopping): void => {
    if (controller.signal.aborted) end(signals[name]);
    controller.abort();
  };
  const names = Object.keys(signals) as Stopping[];
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? asInterrupted(error) : error;
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}

/** Ctrl-C reaches the programs that we run, too: their failures are its consequence. */
function asInterrupted(error: unknown): unknown {
  if (!(error instanceof Failure) || error.reason === 'interrupted') return error;
  return workFailure({
    reason: 'interrupted',
    message: 'Interrupted.',
    hint: 'Run again: it continues where this run has stopped.',
    cause: error,
  });
}
