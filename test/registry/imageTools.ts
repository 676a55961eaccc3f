import { Readable } from 'node:stream';
import type { ImageIndex, ImageManifest } from '../../src/image/imageFormat.ts';
import { isIndex, jsonBytes, mediaTypes } from '../../src/image/imageFormat.ts';
import type { Descriptor, ImageStore } from '../../src/ports/registry.ts';
import { digestOf } from '../../src/sha256.ts';

/** A small image of arbitrary layers, as bytes by digest. Registries do not look into layers. */
export interface MadeImage {
  blobs: ReadonlyMap<string, Buffer>;
  manifest: { mediaType: string; bytes: Buffer };
  digest: string;
}

export function makeImage(layers: readonly Buffer[], note: string, architecture = 'amd64'): MadeImage {
  const config = jsonBytes({
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/bin'], Labels: { note } },
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  });
  const descriptor = (mediaType: string, bytes: Buffer): Descriptor => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: descriptor(mediaTypes.ociConfig, config),
    layers: layers.map((layer) => descriptor(mediaTypes.ociLayer, layer)),
    annotations: { note },
  };
  const bytes = jsonBytes(manifest);
  const blobs = new Map([config, ...layers].map((blob) => [digestOf(blob), blob]));
  return { blobs, manifest: { mediaType: mediaTypes.ociManifest, bytes }, digest: digestOf(bytes) };
}

/** Pushes blobs, then the manifest under the tag. */
export async function pushImage(store: ImageStore, repository: string, image: MadeImage, imageTag: string) {
  await Promise.all(
    [...image.blobs].map(([digest, bytes]) =>
      store.putBlob(repository, { digest, size: bytes.length, open: () => Readable.from(chunks(bytes)) }),
    ),
  );
  return store.putManifest(repository, imageTag, image.manifest);
}

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 8192) yield bytes.subarray(at, at + 8192);
}

/** Pulls everything that a tag or digest leads to and checks each digest and size; gives the top digest. */
export async function pullWhole(store: ImageStore, repository: string, reference: string): Promise<string> {
  const stored = await store.getManifest(repository, reference);
  if (stored === null) throw new Error(`${repository}:${reference} is not there`);
  if (digestOf(stored.bytes) !== stored.digest) throw new Error(`${stored.digest} has other bytes`);
  if (isIndex(stored.mediaType)) {
    const index = JSON.parse(stored.bytes.toString()) as ImageIndex;
    for (const { digest } of index.manifests) await pullWhole(store, repository, digest);
    return stored.digest;
  }
  const { config, layers } = JSON.parse(stored.bytes.toString()) as ImageManifest;
  for (const { digest, size } of [config, ...layers]) {
    const read: Buffer[] = [];
    for await (const chunk of await store.getBlob(repository, digest)) read.push(chunk as Buffer);
    const bytes = Buffer.concat(read);
    if (bytes.length !== size || digestOf(bytes) !== digest) throw new Error(`${digest} has other bytes`);
  }
  return stored.digest;
}
