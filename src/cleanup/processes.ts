import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who a process is, beyond its id, which is given to others once it has ended. */
export interface ProcessName {
  pid: number;
  /** When it was started, in the kernel's ticks; 0 where the system does not tell. */
  started: number;
  /** In which container's count the id stands; 0 where there is only one. */
  namespace: number;
}

export function ourselves(): ProcessName {
  return { pid: process.pid, started: statOf(process.pid)?.started ?? 0, namespace: ownNamespace() };
}

/** Whether a process of our own namespace runs; `null`: it is of another one, and nobody can say from here. */
export function isRunning({ pid, started, namespace }: ProcessName): boolean | null {
  if (namespace !== ownNamespace()) return null;
  if (process.platform === 'linux') return statOf(pid)?.started === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** All that a process has started, and that those have started; those below first. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of allProcesses()) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [...below(child), child]);
  return below(pid);
}

/** None where the system does not tell. */
function allProcesses(): [pid: number, parent: number][] {
  try {
    if (process.platform === 'linux') {
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      return pids.map((pid) => [Number(pid), statOf(Number(pid))?.parent ?? 0]);
    }
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  } catch {
    return [];
  }
}

/** Null: there is no such process. @see proc_pid_stat(5), fields 4 and 22 */
function statOf(pid: number): { parent: number; started: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before stands in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), started: Number(fields[19]) };
  } catch {
    return null;
  }
}

/** The number of the namespace, as in `pid:[4026531836]`. */
function ownNamespace(): number {
  try {
    return Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0);
  } catch {
    return 0;
  }
}
