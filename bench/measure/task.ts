import type { Command, Outcome } from './command.ts';

/** One tool's way of doing a task. */
export interface Contender {
  name: string;
  /** `floor`: not a peer, but what any tool must pay (`node -e 0`, the plain Git commands underneath). */
  kind: 'shipyarn' | 'peer' | 'floor';
  /** Before every run, untimed. */
  prepare?(round: number): Promise<void>;
  command: Command | ((round: number) => Command);
  /** Exit statuses that are an answer. Default: 0 alone. */
  statuses?: readonly number[];
  /** `right`, or what is wrong with the answer. Given the output of the first run. */
  judge?(outcome: Outcome): Promise<string> | string;
}

export interface Task {
  id: string;
  title: string;
  /** What the task is done on. */
  input: string;
  contenders: readonly Contender[];
  /** Contenders that cannot do it, and why. */
  cannot?: Readonly<Record<string, string>>;
  /** What a reader has to know. */
  note?: string;
}

/** What was seen of one contender. */
export interface Figures {
  name: string;
  kind: Contender['kind'];
  /** Milliseconds, in order of the runs. */
  times: number[];
  /** Bytes. */
  peakMemory: number | null;
  processes: number;
  verdict: string;
}

export interface TaskResult extends Pick<Task, 'id' | 'title' | 'input' | 'cannot' | 'note'> {
  figures: Figures[];
}
