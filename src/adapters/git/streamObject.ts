import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { endWithUs } from '../../cleanup/endProcess.ts';
import { workFailure } from '../../errors.ts';
import { maskCredentials } from '../maskCredentials.ts';
import type { FoundObject } from './catFile.ts';
import { type GitSurroundings, gitArguments, gitEnvironment } from './gitProcess.ts';
import { alternatesVariable } from './objectDirectories.ts';

/**
 * The content of one object, out of a `git cat-file` of its own that writes no faster than it is read and ends with
 * the stream. Fails where fewer bytes come than the object has.
 */
export function streamObject(
  surroundings: GitSurroundings,
  alternates: readonly string[],
  object: FoundObject & { oid: string },
): Readable {
  return Readable.from(chunksOf(surroundings, alternates, object), { objectMode: false });
}

async function* chunksOf(
  { cwd, env }: GitSurroundings,
  alternates: readonly string[],
  { oid, type, size }: FoundObject & { oid: string },
): AsyncGenerator<Buffer> {
  const args = gitArguments([...streaming, 'cat-file', type, oid]);
  const environment = { ...gitEnvironment(env), ...alternatesVariable(alternates) };
  const child = spawn('git', args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const release = endWithUs(child.pid);
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const ending = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status, signal) => resolve(`it ended with ${signal ?? `status ${status}`}`));
  });
  let seen = 0;
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      seen += chunk.length;
      yield chunk;
    }
    if (seen === size) return;
  } finally {
    release();
    child.kill();
  }
  throw workFailure({
    reason: 'process-failed',
    message: `Could not read the Git object ${oid}: ${seen} of ${size} bytes came (${await ending}).`,
    output: maskCredentials(Buffer.concat(errors).toString().trim()),
  });
}

/**
 * Git, too, holds what is smaller than `bigFileThreshold` whole in memory, and maps packs in windows of a gigabyte.
 * @see https://git-scm.com/docs/git-config#Documentation/git-config.txt-corepackedGitWindowSize
 */
const streaming = ['bigFileThreshold=1m', 'packedGitWindowSize=16m', 'packedGitLimit=32m'].flatMap(
  (setting) => ['-c', `core.${setting}`],
);
