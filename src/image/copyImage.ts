import { Readable } from 'node:stream';
import { workFailure } from '../errors.ts';
import type { Descriptor, ImageStore, StoredManifest } from '../ports/registry.ts';
import { parseJson } from './blobs.ts';
import { type ImageIndex, type ImageManifest, isIndex } from './imageFormat.ts';

/** A repository of one store. */
export interface Place {
  store: ImageStore;
  repository: string;
}

/**
 * Brings an image and all it consists of to another place, under `reference` (a tag, or the image's own digest). What
 * is there already is not moved; within one registry layers are mounted. The reference is written last.
 */
export async function copyImage(from: Place, digest: string, to: Place, reference: string): Promise<void> {
  const stored = await from.store.getManifest(from.repository, digest);
  if (stored === null) throw sourceGone(from, digest);
  await copyParts(from, stored, to);
  await to.store.putManifest(to.repository, reference, stored);
}

async function copyParts(from: Place, stored: StoredManifest, to: Place): Promise<void> {
  const what = `manifest ${stored.digest} in ${from.repository}`;
  if (!isIndex(stored.mediaType)) {
    const manifest = parseJson<ImageManifest>(stored.bytes, what);
    await Promise.all([manifest.config, ...manifest.layers].map((blob) => copyBlob(from, blob, to)));
    return;
  }
  const index = parseJson<ImageIndex>(stored.bytes, what);
  await Promise.all(index.manifests.map(({ digest }) => copyImage(from, digest, to, digest)));
}

async function copyBlob(from: Place, { digest, size }: Descriptor, to: Place): Promise<void> {
  const mountFrom = from.store === to.store ? { mountFrom: from.repository } : {};
  await to.store.putBlob(to.repository, { digest, size, ...mountFrom, open: () => openBlob(from, digest) });
}

/** A blob's bytes, asked for when they are first read. */
export function openBlob({ store, repository }: Place, digest: string): Readable {
  async function* bytes() {
    for await (const chunk of await store.getBlob(repository, digest)) yield chunk as Buffer;
  }
  return Readable.from(bytes(), { objectMode: false });
}

function sourceGone(from: Place, digest: string) {
  return workFailure({
    reason: 'image-gone',
    message: `${from.repository}@${digest} is no longer in ${from.store.location}.`,
    hint: 'Run again: the image is built anew.',
  });
}
