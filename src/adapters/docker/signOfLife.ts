import type { Agent } from 'node:http';
import type Docker from 'dockerode';
import { workFailure } from '../../errors.ts';
import { shownSilence } from '../longestSilence.ts';

/** Gives calls to an engine up once it hangs: they reject with `engine-silent`. */
export interface SignOfLife {
  /** A question that any engine answers soon. */
  within<T>(question: Promise<T>): Promise<T>;
  /** Work of any length, for as long as the engine answers pings beside it. */
  during<T>(work: Promise<T>): Promise<T>;
  /** The same where the answer comes in pieces; `dead` is aborted when the engine answers no more. */
  while<T>(work: (dead: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T>;
}

/**
 * A build step may be silent for as long as it likes, so its silence says nothing: every `silence` milliseconds the
 * engine is pinged, and has as long to answer.
 */
export function signOfLife(docker: Docker, address: string, silence: number): SignOfLife {
  let hung: Error | undefined;
  const failure = () => {
    hung = hangs(address, silence);
    // What is still waiting for an answer would keep the program from ending.
    (docker.modem as { agent?: Agent }).agent?.destroy();
    return hung;
  };
  // One that waits beside the one that has found out sees its connection break.
  const explain = (error: unknown): never => {
    throw hung ?? error;
  };
  const during = async <T>(work: Promise<T>) => {
    const pings = keepPinging(docker, silence, failure);
    return Promise.race([work, rejection(pings.dead)])
      .catch(explain)
      .finally(pings.stop);
  };
  return {
    during,
    within(question) {
      let waiting: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        waiting = setTimeout(() => reject(failure()), silence);
      });
      return Promise.race([question, late])
        .catch(explain)
        .finally(() => clearTimeout(waiting));
    },
    async *while(work) {
      const pings = keepPinging(docker, silence, failure);
      try {
        yield* work(pings.dead);
      } catch (error) {
        explain(error);
      } finally {
        pings.stop();
      }
    },
  };
}

/** Pings until stopped; `dead` is aborted, for `failure`, at the first ping without an answer. */
function keepPinging(
  docker: Docker,
  silence: number,
  failure: () => Error,
): { dead: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const stopping = new AbortController();
  let waiting: NodeJS.Timeout | undefined;
  let stopped = false;
  const wait = () => {
    clearTimeout(waiting);
    if (!stopped) waiting = setTimeout(ping, silence);
  };
  const ping = () => {
    waiting = setTimeout(() => controller.abort(failure()), silence);
    // A refusal is an answer, too: the call itself will say what is wrong.
    pingUntil(docker, stopping.signal).then(wait, wait);
  };
  wait();
  const stop = () => {
    stopped = true;
    clearTimeout(waiting);
    // A ping that nobody answers would keep the program from ending.
    stopping.abort();
  };
  return { dead: controller.signal, stop };
}

/** Its types do not know that dockerode's ping takes options as all its calls do. */
function pingUntil(docker: Docker, abortSignal: AbortSignal): Promise<unknown> {
  return (docker.ping as (options: object) => Promise<unknown>).call(docker, { abortSignal });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function hangs(address: string, silence: number): Error {
  return workFailure({
    reason: 'engine-silent',
    message: `The Docker Engine at ${address} gave no sign of life for ${shownSilence(silence)}.`,
    hint: 'Restart it and run again: what was built is kept. SHIPYARN_TIMEOUT (seconds) gives it longer.',
  });
}
