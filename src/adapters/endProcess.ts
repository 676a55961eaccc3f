import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds for a program to put its locks away. */
const grace = 2_000;

/**
 * Asks a program and all that it has started to end, and ends soon after what is left: Git does not take its `ssh`
 * and its hooks along.
 */
export function endProcess(pid: number): void {
  const all = [...descendants(pid), pid];
  signalAll(all, 'SIGTERM');
  setTimeout(() => signalAll(all, 'SIGKILL'), grace).unref();
}

const running = new Set<number>();

/** Sees to it that a program does not outlive us, however we end (but by SIGKILL). Gives what lifts that again. */
export function endWithUs(pid: number): () => void {
  if (running.size === 0) process.on('exit', endRunning);
  running.add(pid);
  return () => {
    running.delete(pid);
    if (running.size === 0) process.off('exit', endRunning);
  };
}

function endRunning(): void {
  for (const pid of running) signalAll([...descendants(pid), pid], 'SIGTERM');
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

function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of allProcesses()) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [...below(child), child]);
  return below(pid);
}

/** Ids of all processes and of those that started them; none where the system does not tell. */
function allProcesses(): [pid: number, parent: number][] {
  try {
    if (process.platform === 'linux') {
      return readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((name) => [Number(name), parentOf(name)]);
    }
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  } catch {
    return [];
  }
}

/** The second field after the name, which is in brackets and may hold anything. @see proc_pid_stat(5) */
function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
