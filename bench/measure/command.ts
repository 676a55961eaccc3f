import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanEnvironment } from './cleanEnvironment.ts';

/** Set by bench/run.mjs; tests run the sources in place. */
declare const __projectRoot: string | undefined;
export const projectRoot =
  typeof __projectRoot === 'string' ? __projectRoot : path.resolve(import.meta.dirname, '../..');

/** One process to start; a pipeline of several is a `sh -c`. */
export interface Command {
  file: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
}

export interface Outcome {
  /** From the start to the end of the process, in milliseconds. */
  milliseconds: number;
  stdout: string;
  stderr: string;
  /** Null where a signal ended it. */
  exitCode: number | null;
}

/** The command line under test, as `npm run build` made it. */
export function shipyarn(args: readonly string[], cwd: string, env: Record<string, string> = {}): Command {
  return { file: process.execPath, args: [path.join(projectRoot, 'dist/bin.cjs'), ...args], cwd, env };
}

export function node(args: readonly string[], cwd: string): Command {
  return { file: process.execPath, args, cwd };
}

export function shell(script: string, cwd: string, env: Record<string, string> = {}): Command {
  return { file: 'sh', args: ['-euc', script], cwd, env };
}

/** Runs a command to its end. */
export async function runCommand({ file, args, cwd, env = {} }: Command): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(file, args, { cwd, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let milliseconds = 0;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      milliseconds = performance.now() - started;
    });
    child.once('close', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { milliseconds, stdout, stderr, exitCode };
}

/** Runs a command that has to succeed. */
export async function finish(command: Command, statuses: readonly number[] = [0]): Promise<Outcome> {
  const outcome = await runCommand(command);
  if (outcome.exitCode !== null && statuses.includes(outcome.exitCode)) return outcome;
  const shown = [path.basename(command.file), ...command.args].join(' ').slice(0, 200);
  throw new Error(
    `${shown}: exit status ${outcome.exitCode}\n${outcome.stderr.slice(-2000) || outcome.stdout.slice(-2000)}`,
  );
}
