import { type Command, finish, type Outcome } from './command.ts';
import { footprintOf } from './footprint.ts';
import type { Contender, Figures, Task, TaskResult } from './task.ts';

export interface RunOptions {
  /** Timed runs of each contender. */
  runs: number;
  scratch: string;
  /** A contender that has used up this much time, in milliseconds, is not run again. */
  patience: number;
  say(line: string): void;
}

/**
 * Runs the contenders in turn, one run each per round, so that a slow minute of the machine hits all of them; a
 * round before the first warms the disk cache and is where the answers are judged. One that fails is left out
 * with its error as the verdict.
 */
export async function runTask(task: Task, options: RunOptions): Promise<TaskResult> {
  options.say(`${task.title} (${task.input})`);
  const figures = task.contenders.map(({ name, kind }) => emptyFigures(name, kind));
  const alive = new Set(task.contenders.map((_, index) => index));
  let round = 0;
  for (; round <= options.runs; round++) {
    for (const [index, contender] of task.contenders.entries()) {
      const own = figures[index] as Figures;
      if (!alive.has(index) || spent(own) > options.patience) continue;
      const outcome = await oneRun(contender, round).catch((error: Error) => error);
      if (outcome instanceof Error) {
        own.verdict = `failed: ${outcome.message.replace(/\s+/g, ' ').slice(0, 300)}`;
        alive.delete(index);
      } else if (round === 0) {
        own.verdict = (await contender.judge?.(outcome)) ?? '';
      } else {
        own.times.push(outcome.milliseconds);
      }
    }
  }
  for (const [index, contender] of task.contenders.entries()) {
    if (!alive.has(index)) continue;
    await contender.prepare?.(round);
    const { peakMemory, processes } = await footprintOf(commandOf(contender, round), options.scratch);
    Object.assign(figures[index] as Figures, { peakMemory, processes: sum([...processes.values()]) });
    round += 1;
  }
  const { id, title, input, cannot = {}, note = '' } = task;
  return { id, title, input, cannot, note, figures };
}

function emptyFigures(name: string, kind: Contender['kind']): Figures {
  return { name, kind, times: [], peakMemory: null, processes: 0, verdict: '' };
}

async function oneRun(contender: Contender, round: number): Promise<Outcome> {
  await contender.prepare?.(round);
  return finish(commandOf(contender, round), contender.statuses);
}

function commandOf({ command }: Contender, round: number): Command {
  return typeof command === 'function' ? command(round) : command;
}

function spent({ times }: Figures): number {
  return sum(times);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
