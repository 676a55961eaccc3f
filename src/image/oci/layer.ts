import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { packEntry } from '../../context/packEntry.ts';
import type { LargeObject } from '../../ports/git.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { compareBytes } from '../../workspace/snapshot.ts';
import { mediaTypes } from '../imageFormat.ts';

/** One file of a layer. `path` is relative to the root of the image. */
export type LayerEntry = { path: string /** User and group; root where absent. */; owner?: number } & (
  | { type: 'file'; executable: boolean; open(): Promise<Buffer | LargeObject> }
  | { type: 'file'; executable: boolean; diskPath: string; size: number }
  | { type: 'symlink'; target: string }
  | { type: 'directory'; mode?: number }
);

/** A layer of an image: its descriptor, the digest of its uncompressed tar, and its compressed bytes. */
export interface Layer {
  descriptor: Descriptor;
  diffId: string;
  /** Shown in the image's history. */
  title: string;
  open(): Readable;
}

/** Seconds since 1970 that every file carries. Not 0, which some tools take for "no time". */
const FILE_TIME = 1;
/** Byte 9 of a gzip header names the operating system; 255 is "unknown". Source: RFC 1952. */
const GZIP_OS_BYTE = 9;

/**
 * Packs entries as a layer. The same entries give the same bytes with the same Node version: they are sorted, owned by
 * root, have one time and one of two modes, and parent folders are written out. The layer is kept in `file`.
 */
export function writeLayer(title: string, entries: readonly LayerEntry[], file: string): Promise<Layer> {
  return compressTar(title, layerTar(entries), file);
}

/** Compresses a tar into `file` and takes its digests on the way. `level`: of zlib, 1 (quick) to 9 (small). */
export async function compressTar(title: string, tar: Readable, file: string, level = 6): Promise<Layer> {
  const diffHash = createHash('sha256');
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(
    tar,
    passing((chunk) => diffHash.update(chunk)),
    createGzip({ level }),
    passing((chunk) => {
      if (size <= GZIP_OS_BYTE && size + chunk.length > GZIP_OS_BYTE) chunk[GZIP_OS_BYTE - size] = 255;
      size += chunk.length;
      hash.update(chunk);
    }),
    createWriteStream(file),
  );
  return {
    descriptor: { mediaType: mediaTypes.ociLayer, digest: `sha256:${hash.digest('hex')}`, size },
    diffId: `sha256:${diffHash.digest('hex')}`,
    title,
    open: () => createReadStream(file),
  };
}

function passing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}

/** The uncompressed tar of a layer. */
export function layerTar(entries: readonly LayerEntry[]): Readable {
  const tar = pack();
  writeEntries(tar, withFolders(entries)).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  return Readable.from(tar, { objectMode: false });
}

function withFolders(entries: readonly LayerEntry[]): LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const entry of entries) {
    for (let slash = entry.path.indexOf('/'); slash !== -1; slash = entry.path.indexOf('/', slash + 1)) {
      const path = entry.path.slice(0, slash);
      if (!byPath.has(path)) byPath.set(path, { path, type: 'directory' });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => compareBytes(a.path, b.path));
}

async function writeEntries(tar: Pack, entries: readonly LayerEntry[]): Promise<void> {
  for (const entry of entries) await writeEntry(tar, entry);
}

async function writeEntry(tar: Pack, entry: LayerEntry): Promise<void> {
  const { owner = 0 } = entry;
  const common = { name: entry.path, uid: owner, gid: owner, mtime: new Date(FILE_TIME * 1000) };
  if (entry.type === 'directory') {
    const { mode = 0o755 } = entry;
    tar.entry({ ...common, name: `${entry.path}/`, type: 'directory', mode });
  } else if (entry.type === 'symlink') {
    tar.entry({ ...common, type: 'symlink', linkname: entry.target, mode: 0o777 });
  } else {
    const mode = entry.executable ? 0o755 : 0o644;
    if ('open' in entry) {
      const content = await entry.open();
      const size = Buffer.isBuffer(content) ? content.length : content.size;
      const header = { ...common, type: 'file' as const, mode, size };
      if (Buffer.isBuffer(content)) await packEntry(tar, header, content);
      else await pipeline(content.stream(), tar.entry(header));
    } else if (entry.size <= SMALL_FILE) {
      const content = await readFile(entry.diskPath);
      await packEntry(tar, { ...common, type: 'file', mode, size: content.length }, content);
    } else {
      const header = { ...common, type: 'file' as const, mode, size: entry.size };
      await pipeline(createReadStream(entry.diskPath), tar.entry(header));
    }
  }
}

/** Bytes; below this a file is read at once. */
const SMALL_FILE = 256 * 1024;
