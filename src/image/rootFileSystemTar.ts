import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack as startTar } from 'tar-stream';
import type { RootEntry } from './rootFileSystem.ts';

/**
 * A root file system as an uncompressed tar. The same entries with the same bytes give the same tar:
 * entries stand in the map's order, all times are 0, owners have ids and no names.
 */
export function rootFileSystemTar(entries: ReadonlyMap<string, RootEntry>): Readable {
  const tar = startTar();
  writeEntries(tar, entries).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  return Readable.from(tar, { objectMode: false });
}

async function writeEntries(tar: Pack, entries: ReadonlyMap<string, RootEntry>): Promise<void> {
  for (const [path, entry] of entries) await writeEntry(tar, path.slice(1), entry);
}

async function writeEntry(tar: Pack, name: string, entry: RootEntry): Promise<void> {
  const { type, mode, owner } = entry;
  const header = { name, type, mode, uid: owner, gid: owner, mtime: new Date(0) };
  if (entry.type === 'directory') {
    tar.entry({ ...header, name: `${name}/` });
  } else if (entry.type === 'symlink') {
    tar.entry({ ...header, linkname: entry.target });
  } else {
    const bytes = Buffer.isBuffer(entry.source)
      ? Readable.from([entry.source])
      : createReadStream(entry.source);
    await pipeline(bytes, tar.entry({ ...header, size: entry.size }));
  }
}
