import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { withTemporaryFolder } from '../../cleanup/temporaryFolder.ts';
import { workFailure } from '../../errors.ts';
import type { Descriptor, ImageStore } from '../../ports/registry.ts';
import { jsonBytes, mediaTypes } from '../imageFormat.ts';

interface Target {
  store: ImageStore;
  repository: string;
  imageTag: string;
}

/**
 * Puts an image that the engine wrote (`docker save`) into a store, the manifest last. The archive says at its
 * end which layers make the image, so it is spooled to a temporary folder first.
 * Source of its form: moby `image/spec/v1.2.md`, "Combined Image JSON + Filesystem Changeset Format".
 */
export async function storeEngineImage(
  archive: Readable,
  target: Target,
): Promise<{ digest: string; mediaType: string }> {
  return withTemporaryFolder('export', async (folder) => {
    const fileOf = await spool(archive, folder);
    const list = JSON.parse(await readFile(fileOf('manifest.json'), 'utf8'));
    const { Config, Layers } = list[0] as { Config: string; Layers: string[] };
    const layers: Descriptor[] = [];
    for (const [index, name] of Layers.entries()) {
      const compressed = await compress(fileOf(name), join(folder, `layer-${index}.gz`));
      layers.push(await putFile(target, compressed, mediaTypes.ociLayer));
    }
    const config = await putFile(target, fileOf(Config), mediaTypes.ociConfig);
    const mediaType = mediaTypes.ociManifest;
    const bytes = jsonBytes({ schemaVersion: 2, mediaType, config, layers });
    const digest = await target.store.putManifest(target.repository, target.imageTag, { mediaType, bytes });
    return { digest, mediaType };
  });
}

/** Gives where each of the archive's files lies now; a layer that occurs twice is a link to the first. */
async function spool(archive: Readable, folder: string): Promise<(name: string) => string> {
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  const entries = extract();
  const arrived = pipeline(archive, entries);
  arrived.catch(() => {});
  for await (const entry of entries) {
    const { name, type, linkname } = entry.header;
    if (type === 'symlink') links.set(name, posix.join(posix.dirname(name), linkname ?? ''));
    else if (type === 'link') links.set(name, linkname ?? '');
    else if (type === 'file') {
      const file = join(folder, String(files.size));
      await pipeline(entry, createWriteStream(file));
      files.set(name, file);
      continue;
    }
    entry.resume();
  }
  await arrived;
  return (name) => {
    const file = files.get(links.get(name) ?? name);
    if (file !== undefined) return file;
    throw workFailure({
      reason: 'engine-archive',
      message: `The engine exported an image without its ${name}.`,
    });
  };
}

/** Engines with the containerd store keep layers compressed. */
async function compress(file: string, compressed: string): Promise<string> {
  const handle = await open(file);
  const { buffer } = await handle.read({ buffer: Buffer.alloc(2) });
  await handle.close();
  if (buffer.readUInt16BE() === 0x1f8b) return file;
  await pipeline(createReadStream(file), createGzip({ level: 6 }), createWriteStream(compressed));
  return compressed;
}

async function putFile(target: Target, file: string, mediaType: string): Promise<Descriptor> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk);
    size += chunk.length;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  await target.store.putBlob(target.repository, { digest, size, open: () => createReadStream(file) });
  return { mediaType, digest, size };
}
