import { createWriteStream } from 'node:fs';
import { realpath, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withTemporaryFolder } from '../cleanup/temporaryFolder.ts';
import type { ContextContents } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { contextTar } from './contextTar.ts';
import { makeFolder } from './makeFolder.ts';
import { outputFailure } from './outputFailure.ts';

/**
 * Writes a context as a tar to a stream, or to a file that appears whole or not at all. What is no file (a pipe, a
 * device, as `/dev/stdout` and `>(…)` are) is written to where it stands.
 */
export async function writeTar(
  contents: ContextContents,
  snapshot: Snapshot,
  target: string | Writable,
  signal?: AbortSignal,
): Promise<void> {
  if (typeof target !== 'string') {
    await pipeline(contextTar(contents, snapshot), target, { end: false, signal });
    return;
  }
  const writeTo = (path: string) =>
    pipeline(contextTar(contents, snapshot), createWriteStream(path), { signal });
  try {
    const file = await fileAt(target);
    if (file === null) return await writeTo(target).catch(unlessReadEnough);
    makeFolder(dirname(file));
    const write = async (temporary: string) => {
      const made = join(temporary, 'context.tar');
      await writeTo(made);
      await rename(made, file);
    };
    await withTemporaryFolder('tar', write, dirname(file));
  } catch (error) {
    throw outputFailure(error, target);
  }
}

/** The file that a path leads to, through symlinks, whether there is one yet or not; null where something else stands. */
async function fileAt(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return path;
  return found.isFile() || found.isDirectory() ? realpath(path) : null;
}

/** Whoever reads a pipe may leave before its end: tar does, where the archive says that it ends. */
function unlessReadEnough(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
