import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endWithUs } from '../../cleanup/endProcess.ts';
import { inputFailure, workFailure } from '../../errors.ts';

export interface CommandRequest {
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** To follow "Could not": `build packages/lib`. */
  what: string;
  hint?: string;
  /** Each line of output as it comes; secrets are already masked. */
  onOutput: (line: string) => void;
  /** Values that must not be shown. */
  secrets?: readonly string[];
}

/** Lines of output that an error shows. */
const SHOWN_LINES = 30;

/** Milliseconds that processes have to end by themselves after an interruption. */
const GRACE = 5_000;

/** Runs a command of the repo and everything that it starts; ends them all when the signal comes. */
export async function runCommand(request: CommandRequest): Promise<void> {
  request.signal.throwIfAborted();
  const lines: string[] = [];
  const ending = await new Promise<{ code: number | null; killedBy: NodeJS.Signals | null }>(
    (resolve, reject) => {
      const { command, args, cwd, env, signal } = request;
      // A process group of its own: scripts start further processes, and those must end with them.
      const child = spawn(command, [...args], {
        cwd,
        env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const release = endWithUs(child.pid);
      let last: NodeJS.Timeout | undefined;
      const end = () => {
        endGroup(child.pid, 'SIGTERM');
        last = setTimeout(() => endGroup(child.pid, 'SIGKILL'), GRACE);
      };
      signal.addEventListener('abort', end, { once: true });
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          const shown = masked(line, request.secrets ?? []);
          lines.push(shown);
          if (lines.length > SHOWN_LINES) lines.shift();
          request.onOutput(shown);
        });
      }
      child.on('error', (error) => reject(notStarted(request, error)));
      child.on('close', (code, killedBy) => {
        release();
        signal.removeEventListener('abort', end);
        clearTimeout(last);
        resolve({ code, killedBy });
      });
    },
  );
  request.signal.throwIfAborted();
  if (ending.code === 0) return;
  const how = ending.code === null ? `was ended by ${ending.killedBy}` : `exited with status ${ending.code}`;
  throw workFailure({
    reason: 'build-command-failed',
    message: `Could not ${request.what}: the command ${how}.`,
    ...(request.hint === undefined ? {} : { hint: request.hint }),
    output: lines.join('\n'),
  });
}

function endGroup(pid: number | undefined, how: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, how);
  } catch {
    // It has ended by itself.
  }
}

function masked(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), line);
}

function notStarted({ command, what }: CommandRequest, cause: Error) {
  return inputFailure({
    reason: 'command-not-found',
    message: `Could not ${what}: \`${command}\` could not be started.`,
    hint: `Install ${command} and see that it is on the PATH.`,
    cause,
  });
}
