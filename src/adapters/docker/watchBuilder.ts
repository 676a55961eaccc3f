import { runProcess } from '../runProcess.ts';

export interface BuilderWatch {
  /** Something came from the builder. */
  heard(): void;
  stop(): void;
}

/**
 * Calls `onDead` once a builder neither says anything nor answers. A build step may be silent for as long as it
 * likes, so after `silence` milliseconds without a word the builder is asked whether it runs.
 */
export function watchBuilder(
  builder: string | null,
  { cwd, env, silence }: { cwd: string; env: NodeJS.ProcessEnv; silence: number },
  onDead: () => void,
): BuilderWatch {
  const stopping = new AbortController();
  let waiting: NodeJS.Timeout | undefined;
  let words = 0;
  const wait = () => {
    clearTimeout(waiting);
    if (!stopping.signal.aborted) waiting = setTimeout(ask, silence);
  };
  const ask = async () => {
    const before = words;
    const args = ['buildx', 'inspect', ...(builder === null ? [] : [builder])];
    const what = 'ask the builder whether it runs';
    const runs = await runProcess({
      command: 'docker',
      args,
      cwd,
      env,
      what,
      silence,
      signal: stopping.signal,
    })
      .then(({ stdout }) => /^Status:\s+running$/m.test(stdout.toString()))
      .catch(() => false);
    if (stopping.signal.aborted) return;
    if (runs || words > before) wait();
    else onDead();
  };
  wait();
  return {
    heard() {
      words += 1;
      wait();
    },
    stop() {
      stopping.abort();
      clearTimeout(waiting);
    },
  };
}
