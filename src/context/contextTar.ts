import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack as tarPack } from 'tar-stream';
import type { ContextContents, ContextEntry } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { contextEntries } from './contextEntries.ts';
import { openEntry, readEntry } from './openEntry.ts';
import { packEntry } from './packEntry.ts';

/** Every entry's time: 1980, the earliest that zip and tar tools agree on. */
const fixedTime = new Date(315_532_800_000);

/**
 * A context as an uncompressed tar, the same bytes for the same contents: sorted entries, one time, owner 0.
 * One small file is in memory at a time; a large one passes through piece by piece.
 */
export function contextTar(contents: ContextContents, snapshot: Snapshot): Readable {
  return entriesTar(contextEntries(contents), snapshot);
}

/** Some entries as a tar. */
export function entriesTar(entries: readonly ContextEntry[], snapshot: Snapshot): Readable {
  const pack = tarPack();
  write(entries, snapshot, pack).then(
    () => pack.finalize(),
    (error) => pack.destroy(error),
  );
  return Readable.from(pack);
}

async function write(entries: readonly ContextEntry[], snapshot: Snapshot, pack: Pack): Promise<void> {
  for (const entry of entries) {
    const common = { name: entry.path, mtime: fixedTime, uid: 0, gid: 0 };
    if (entry.mode === '120000') {
      const linkname = await readEntry(entry, snapshot);
      await packEntry(pack, { ...common, type: 'symlink', mode: 0o777, linkname });
      continue;
    }
    const content = await openEntry(entry, snapshot);
    const header = { ...common, mode: entry.mode === '100755' ? 0o755 : 0o644 };
    if (Buffer.isBuffer(content)) await packEntry(pack, header, content);
    else await pipeline(content.stream(), pack.entry({ ...header, size: content.size }));
  }
}
