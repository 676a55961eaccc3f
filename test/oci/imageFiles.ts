import { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import {
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
} from '../../src/image/imageFormat.ts';
import { type LayerEntry, layerTar } from '../../src/image/oci/layer.ts';
import type { ImageStore } from '../../src/ports/registry.ts';

/** The manifest of an image; of an index, that of its `nth` platform. */
export async function readManifest(
  store: ImageStore,
  repository: string,
  reference: string,
  nth = 0,
): Promise<ImageManifest> {
  const stored = await store.getManifest(repository, reference);
  if (stored === null) throw new Error(`${repository} has no ${reference}`);
  if (!isIndex(stored.mediaType)) return JSON.parse(stored.bytes.toString());
  const index = JSON.parse(stored.bytes.toString()) as ImageIndex;
  return readManifest(store, repository, index.manifests[nth]?.digest ?? '');
}

export async function readImageConfig(
  store: ImageStore,
  repository: string,
  reference: string,
  nth = 0,
): Promise<ImageConfig> {
  const { config } = await readManifest(store, repository, reference, nth);
  const chunks = await (await store.getBlob(repository, config.digest)).toArray();
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** The files of an image below a path, later layers over earlier ones; symlinks as `-> target`. */
export async function imageFiles(
  store: ImageStore,
  repository: string,
  reference: string,
  below: string,
  nth = 0,
): Promise<ReadonlyMap<string, string>> {
  const { layers } = await readManifest(store, repository, reference, nth);
  const files = new Map<string, string>();
  for (const { digest } of layers) {
    const tar = (await store.getBlob(repository, digest)).pipe(createGunzip()).pipe(extract());
    for await (const entry of tar) {
      const { name, type, linkname } = entry.header;
      const chunks: Buffer[] = [];
      for await (const chunk of entry) if (name.startsWith(below)) chunks.push(chunk as Buffer);
      if (!name.startsWith(below) || type === 'directory') continue;
      files.set(name, type === 'symlink' ? `-> ${linkname}` : Buffer.concat(chunks).toString());
    }
  }
  return files;
}

/** A layer that can be unpacked. */
export async function tarLayer(entries: readonly LayerEntry[]): Promise<Buffer> {
  return gzipSync(Buffer.concat(await Readable.from(layerTar(entries)).toArray()));
}
