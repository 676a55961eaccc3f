import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cleanEnvironment } from './cleanEnvironment.ts';

const execute = promisify(execFile);

/** Runs Git; gives what it prints, trimmed. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute('git', args, { cwd, env: cleanEnvironment(), maxBuffer: 1 << 28 });
  return stdout.trim();
}
