import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { packEntry } from '../../context/packEntry.ts';
import type { LargeObject } from '../../ports/git.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { digestOf } from '../../sha256.ts';
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
export function writeLayer(
  title: string,
  entries: readonly LayerEntry[],
  file: string,
  signal: AbortSignal,
): Promise<Layer> {
  return compressTar(title, layerTar(entries), file, { signal });
}

/** Bytes of tar; less is compressed at once: streams take longer to set up. */
const SMALL_TAR = 256 * 1024;

/** Compresses a tar into `file` and takes its digests on the way. `level`: of zlib, 1 (quick) to 9 (small). */
export async function compressTar(
  title: string,
  tar: AsyncIterable<Buffer>,
  file: string,
  { level = 6, signal = AbortSignal.any([]) }: { level?: number; signal?: AbortSignal },
): Promise<Layer> {
  const chunks = tar[Symbol.asyncIterator]();
  const begin: Buffer[] = [];
  let size = 0;
  while (size <= SMALL_TAR) {
    const next = await chunks.next();
    if (next.done) return compressAtOnce(title, Buffer.concat(begin), file, level);
    begin.push(next.value);
    size += next.value.length;
  }
  const whole = Readable.from(joined(begin, chunks), { objectMode: false });
  return compressStream(title, whole, file, { level, signal });
}

async function* joined(begin: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* begin;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** The same bytes as {@link compressStream} gives. */
function compressAtOnce(title: string, tar: Buffer, file: string, level: number): Layer {
  const compressed = gzipSync(tar, { level });
  compressed[GZIP_OS_BYTE] = 255;
  writeFileSync(file, compressed);
  return layerIn(file, title, digestOf(tar), digestOf(compressed), compressed.length);
}

async function compressStream(
  title: string,
  tar: Readable,
  file: string,
  { level, signal }: { level: number; signal: AbortSignal },
): Promise<Layer> {
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
    { signal },
  );
  return layerIn(file, title, `sha256:${diffHash.digest('hex')}`, `sha256:${hash.digest('hex')}`, size);
}

function layerIn(file: string, title: string, diffId: string, digest: string, size: number): Layer {
  const descriptor = { mediaType: mediaTypes.ociLayer, digest, size };
  return { descriptor, diffId, title, open: () => createReadStream(file) };
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
export function layerTar(entries: readonly LayerEntry[]): AsyncIterable<Buffer> {
  const tar = pack();
  writeEntries(tar, withFolders(entries)).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  return tar as AsyncIterable<Buffer>;
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

/** Files that Git is asked for ahead of the one that is written. */
const AHEAD = 8;

async function writeEntries(tar: Pack, entries: readonly LayerEntry[]): Promise<void> {
  const asked: (Promise<Buffer | LargeObject> | null)[] = [];
  for (const [n, entry] of entries.entries()) {
    while (asked.length < Math.min(n + AHEAD, entries.length)) asked.push(openAhead(entries[asked.length]));
    await writeEntry(tar, entry, asked[n] ?? null);
    asked[n] = null;
  }
}

function openAhead(entry: LayerEntry | undefined): Promise<Buffer | LargeObject> | null {
  if (entry === undefined || !('open' in entry)) return null;
  const opening = entry.open();
  // Whoever writes it meets the failure.
  opening.catch(() => {});
  return opening;
}

async function writeEntry(
  tar: Pack,
  entry: LayerEntry,
  opening: Promise<Buffer | LargeObject> | null,
): Promise<void> {
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
      const content = await (opening ?? entry.open());
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
