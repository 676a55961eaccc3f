import { createWriteStream, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inputFailure } from '../errors.ts';
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
): Promise<void> {
  await checkEmpty(folder);
  const temporary = await makeBeside(folder);
  try {
    await writeEntries(contextEntries(contents), snapshot, temporary);
    await chmod(temporary, 0o755);
    await rmdir(folder).catch(() => undefined);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw outputFailure(error, folder);
  }
}

async function makeBeside(folder: string): Promise<string> {
  try {
    await makeFolder(dirname(folder));
    return await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
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
): Promise<void> {
  const made = new Set<string>();
  for (let start = 0; start < entries.length; start += readAhead) {
    const read = entries.slice(start, start + readAhead).map(async (entry) => ({
      entry,
      content: await (entry.mode === '120000' ? readEntry : openEntry)(entry, snapshot),
    }));
    for (const { entry, content } of await Promise.all(read)) {
      const target = join(folder, entry.path);
      if (!made.has(dirname(target))) mkdirSync(dirname(target), { recursive: true });
      made.add(dirname(target));
      const mode = entry.mode === '100755' ? 0o755 : 0o644;
      if (typeof content === 'string') symlinkSync(content, target);
      else if (Buffer.isBuffer(content)) writeFileSync(target, content, { mode });
      else await pipeline(content.stream(), createWriteStream(target, { mode }));
    }
  }
}

async function checkEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw inputFailure({
      reason: 'out-not-writable',
      message: `${folder} is no folder that a context can be written to (${error.code}).`,
      hint: 'Name a folder that does not exist yet.',
    });
  });
  if (names.length === 0) return;
  throw inputFailure({
    reason: 'out-not-empty',
    message: `${folder} is not empty.`,
    hint: 'Remove it, or name a folder that does not exist yet.',
  });
}
