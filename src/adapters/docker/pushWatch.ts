import type { EngineMessage } from '../../ports/engine.ts';
import { shownSilence } from '../longestSilence.ts';

type Messages = AsyncIterable<EngineMessage>;

interface Watching {
  /** Aborted once there was no word for too long. */
  silent: AbortSignal;
  /** The engine said something about this push, be it that more bytes are on their way. */
  heard(): void;
}

/**
 * Gives up pushes whose registry holds the connection and does not answer: engines wait for it without end. A push
 * may wait its turn behind others, so `silence` counts milliseconds without a word about any push of this engine.
 * `hearEngine` asks whether the engine itself is there; it rejects where it is not, and then that is what is wrong.
 */
export function pushWatch(
  silence: number,
  hearEngine: () => Promise<unknown>,
): (push: (watching: Watching) => Messages) => Messages {
  const waiting = new Set<() => void>();
  return async function* watched(push) {
    const silent = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), silence);
    };
    const heard = () => {
      for (const each of waiting) each();
    };
    waiting.add(wait);
    wait();
    try {
      yield* push({ silent: silent.signal, heard });
    } catch (error) {
      if (!silent.signal.aborted) throw error;
      await hearEngine();
      yield { kind: 'error', message: `no word from the registry for ${shownSilence(silence)}` };
    } finally {
      waiting.delete(wait);
      clearTimeout(timer);
    }
  };
}
