import { descendantsOf } from './processes.ts';

/** Milliseconds for a program to put its locks away. */
const grace = 2_000;
/** The same where we end ourselves and somebody waits for it. */
const shortGrace = 200;

/**
 * Asks a program and all that it has started to end, and ends soon after what is left: Git does not take its `ssh`
 * and its hooks along.
 */
export function endProcess(pid: number): void {
  const all = [...descendantsOf(pid), pid];
  signalAll(all, 'SIGTERM');
  setTimeout(() => signalAll(all, 'SIGKILL'), grace).unref();
}

const running = new Set<number>();

/** Sees to it that a program does not outlive us, however we end (but by SIGKILL). Gives what lifts that again. */
export function endWithUs(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  // Before temporary folders are removed, in which it may still write.
  if (running.size === 0) process.prependListener('exit', endRunning);
  running.add(pid);
  return () => {
    running.delete(pid);
    if (running.size === 0) process.off('exit', endRunning);
  };
}

function endRunning(): void {
  const all = [...running].flatMap((pid) => [...descendantsOf(pid), pid]);
  signalAll(all, 'SIGTERM');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, shortGrace);
  signalAll(all, 'SIGKILL');
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}
