import { spawn } from 'node:child_process';
import { endProcess, endWithUs } from '../cleanup/endProcess.ts';
import { inputFailure, workFailure } from '../errors.ts';
import { shownSilence } from './longestSilence.ts';
import { maskCredentials } from './maskCredentials.ts';

export interface ProcessRequest {
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What the run is for, to follow "Could not": `read the tags`. */
  what: string;
  /** Written to standard input, which is then closed. Default: empty. */
  input?: Buffer | string;
  /** Exit statuses that are answers rather than failures. Default: only 0. */
  accept?: readonly number[];
  /** Milliseconds without output after which it is ended, with all that it has started. Default: any. */
  silence?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface ProcessResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/**
 * Runs one program to its end, without a shell. Rejects with a `Failure` that says what was tried, why it
 * failed and what the program wrote; credentials in URLs are masked. `command-not-found` is an input failure,
 * `process-silent` is the failure of a program that hung. What runs ends with us.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { accept = [0] } = request;
  const { exitCode, killedBy, hung, stdout, stderr } = await collect(request);
  if (hung) throw silent(request, stderr);
  if (exitCode !== null && accept.includes(exitCode)) return { exitCode, stdout, stderr };
  const ending = exitCode === null ? `was ended by ${killedBy}` : `exited with status ${exitCode}`;
  throw workFailure({
    reason: request.signal?.aborted ? 'aborted' : 'process-failed',
    message: `Could not ${request.what}: \`${shownCommand(request)}\` ${ending}.`,
    output: shownOutput(stderr) || shownOutput(stdout.toString()),
  });
}

function silent(request: ProcessRequest, stderr: string): Error {
  return workFailure({
    reason: 'process-silent',
    message: `Could not ${request.what}: \`${shownCommand(request)}\` said nothing for ${shownSilence(request.silence ?? 0)} and was ended.`,
    hint: 'Look at the network, then run again; SHIPYARN_TIMEOUT (seconds) gives it longer.',
    output: shownOutput(stderr),
  });
}

/** Without secrets, and without what a terminal would have overwritten. */
function shownOutput(text: string): string {
  return maskCredentials(text.replace(/^.*\r(?!\n)/gm, '').trim());
}

interface Ending {
  /** It was ended for its silence. */
  hung: boolean;
  exitCode: number | null;
  killedBy: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
}

function collect(request: ProcessRequest): Promise<Ending> {
  const { command, args, cwd, env, input = '', silence, signal } = request;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, env, ...(signal && { signal }) });
    const release = endWithUs(child.pid);
    let hung = false;
    let patience: NodeJS.Timeout | undefined;
    const listen = () => {
      clearTimeout(patience);
      if (silence === undefined || child.pid === undefined) return;
      patience = setTimeout(() => {
        hung = true;
        endProcess(child.pid as number);
      }, silence);
    };
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    for (const [stream, chunks] of [
      [child.stdout, stdout],
      [child.stderr, stderr],
    ] as const) {
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        listen();
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      // An abort is also reported by `close`, once the program has really ended.
      if (error.name !== 'AbortError') reject(startFailure(request, error));
    });
    child.on('close', (exitCode, killedBy) => {
      clearTimeout(patience);
      release();
      resolve({
        exitCode,
        killedBy,
        hung,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    // A program that ends without reading its input breaks the pipe; its exit status tells the story.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    listen();
  });
}

function startFailure(request: ProcessRequest, cause: NodeJS.ErrnoException): Error {
  const { command, cwd, what } = request;
  if (cause.code === 'ENOENT') {
    return inputFailure({
      reason: 'command-not-found',
      message: `Could not ${what}: the command \`${command}\` was not found, or the folder ${cwd} does not exist.`,
      hint: `Install ${command} and see that it is on the PATH.`,
      cause,
    });
  }
  return workFailure({
    reason: 'process-not-started',
    message: `Could not ${what}: \`${command}\` did not start (${cause.code}).`,
    cause,
  });
}

/** The program and its subcommand: enough to know it by, without the arguments that may be long or private. */
function shownCommand({ command, args }: ProcessRequest): string {
  const subcommand = args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c');
  return subcommand === undefined ? command : `${command} ${maskCredentials(subcommand)}`;
}
