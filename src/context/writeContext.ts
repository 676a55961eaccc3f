import {
  chmodSync,
  closeSync,
  createWriteStream,
  mkdirSync,
  open,
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
import type { LargeObject } from '../ports/git.ts';
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

/** Bytes: up to here, to make a file may take longer than to write it. */
const small = 64 * 1024;

/** Writes entries below a folder; the small ones while the next are read. */
export async function writeEntries(
  entries: readonly ContextEntry[],
  snapshot: Snapshot,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const write = entryWriter(folder, signal);
  let writing: Promise<void>[] = [];
  try {
    for (let start = 0; start < entries.length; start += readAhead) {
      signal?.throwIfAborted();
      const contents = await readContents(entries.slice(start, start + readAhead), snapshot);
      await Promise.all(writing);
      writing = [];
      // Taken out, for what is written need not be held while the next are read.
      for (let next = contents.shift(); next !== undefined; next = contents.shift())
        await write(next, writing);
    }
    await Promise.all(writing);
  } finally {
    // Whoever removes the folder must not meet one that is still being filled.
    await Promise.allSettled(writing);
  }
}

/** An entry with its bytes, a stream of them, or where a symlink leads. */
interface Content {
  entry: ContextEntry;
  content: string | Buffer | LargeObject;
}

function readContents(entries: readonly ContextEntry[], snapshot: Snapshot): Promise<Content[]> {
  const read = entries.map(async (entry) => ({
    entry,
    content: await (entry.mode === '120000' ? readEntry : openEntry)(entry, snapshot),
  }));
  return Promise.all(read);
}

/** Writes an entry; a small one later, which is added to `writing`. */
function entryWriter(folder: string, signal: AbortSignal | undefined) {
  const made = new Set<string>();
  return async ({ entry, content }: Content, writing: Promise<void>[]): Promise<void> => {
    const target = join(folder, entry.path);
    const parent = dirname(target);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    const mode = entry.mode === '100755' ? 0o755 : 0o644;
    if (typeof content === 'string') symlinkSync(content, target);
    else if (!Buffer.isBuffer(content))
      await pipeline(content.stream(), createWriteStream(target, { mode }), { signal });
    else if (content.length > small) writeFileSync(target, content, { mode });
    else writing.push(writeSmall(target, content, mode));
  };
}

/**
 * Makes the file on another thread: a disk may take a while for that, and for the few bytes none. A failure is told to
 * whoever waits, and to nobody else.
 */
function writeSmall(target: string, content: Buffer, mode: number): Promise<void> {
  const written = new Promise<void>((resolve, reject) => {
    open(target, 'wx', mode, (error, file) => {
      if (error !== null) return reject(error);
      try {
        writeFileSync(file, content);
        closeSync(file);
        resolve();
      } catch (cause) {
        reject(cause);
      }
    });
  });
  written.catch(() => {});
  return written;
}
