import {
  chmodSync,
  createWriteStream,
  mkdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withTemporaryFolder } from '../cleanup/temporaryFolder.ts';
import { checkEmpty } from '../emptyFolder.ts';
import type { ContextContents, ContextEntry } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { contextEntries } from './contextEntries.ts';
import { makeFolder } from './makeFolder.ts';
import { openEntry, readEntry } from './openEntry.ts';
import { outputFailure } from './outputFailure.ts';

/**
 * Writes a context into a folder that does not exist yet or is empty; it appears there whole or not at all.
 * Rejects with an input failure where something stands there.
 */
export async function writeContext(
  contents: ContextContents,
  snapshot: Snapshot,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const isThere = checkEmpty(folder);
  try {
    const place = isThere ? realpathSync(folder) : folder;
    makeFolder(dirname(place));
    const write = async (temporary: string) => {
      await writeEntries(contextEntries(contents), snapshot, temporary, signal);
      chmodSync(temporary, 0o755);
      if (isThere) rmdirSync(place);
      renameSync(temporary, place);
    };
    await withTemporaryFolder('out', write, dirname(place));
  } catch (error) {
    throw outputFailure(error, folder);
  }
}

/** Entries that are read at a time, for one answer of Git; each is in memory up to what `openEntry` holds. */
const readAhead = 16;

/** Writes entries below a folder. Small files in place: a detour over Node's threads takes longer than the write. */
export async function writeEntries(
  entries: readonly ContextEntry[],
  snapshot: Snapshot,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const made = new Set<string>();
  for (let start = 0; start < entries.length; start += readAhead) {
    signal?.throwIfAborted();
    const read = entries.slice(start, start + readAhead).map(async (entry) => ({
      entry,
      content: await (entry.mode === '120000' ? readEntry : openEntry)(entry, snapshot),
    }));
    for (const { entry, content } of await Promise.all(read)) {
      const target = join(folder, entry.path);
      const parent = dirname(target);
      if (!made.has(parent)) mkdirSync(parent, { recursive: true });
      made.add(parent);
      const mode = entry.mode === '100755' ? 0o755 : 0o644;
      if (typeof content === 'string') symlinkSync(content, target);
      else if (Buffer.isBuffer(content)) writeFileSync(target, content, { mode });
      else await pipeline(content.stream(), createWriteStream(target, { mode }), { signal });
    }
  }
}
