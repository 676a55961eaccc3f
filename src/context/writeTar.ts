import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withTemporaryFolder } from '../cleanup/temporaryFolder.ts';
import type { ContextContents } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { contextTar } from './contextTar.ts';
import { makeFolder } from './makeFolder.ts';
import { outputFailure } from './outputFailure.ts';

/** Writes a context as a tar to a stream, or to a file that appears whole or not at all. */
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
  try {
    makeFolder(dirname(target));
    const write = async (temporary: string) => {
      const file = join(temporary, 'context.tar');
      await pipeline(contextTar(contents, snapshot), createWriteStream(file), { signal });
      await rename(file, target);
    };
    await withTemporaryFolder('tar', write, dirname(target));
  } catch (error) {
    throw outputFailure(error, target);
  }
}
