import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
): Promise<void> {
  if (typeof target !== 'string') {
    await pipeline(contextTar(contents, snapshot), target, { end: false });
    return;
  }
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    await makeFolder(dirname(target));
    await pipeline(contextTar(contents, snapshot), createWriteStream(temporary));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputFailure(error, target);
  }
}
