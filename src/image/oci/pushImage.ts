import type { ImageStore } from '../../ports/registry.ts';
import { putJsonBlob } from '../blobs.ts';
import { type ImageConfig, type ImageManifest, jsonBytes, mediaTypes } from '../imageFormat.ts';
import type { BaseImage } from './baseImage.ts';
import type { Layer } from './layer.ts';
import type { SharedBlobs } from './sharedBlobs.ts';

/** Puts the base's layers into the store, by mount where its registry is the store's own. */
export async function pushBase(
  store: ImageStore,
  repository: string,
  { layers, mountFrom }: BaseImage,
  shared: SharedBlobs,
): Promise<void> {
  const mount = mountFrom === undefined ? {} : { mountFrom };
  await Promise.all(
    layers.map(({ descriptor: { digest, size }, open }) =>
      shared.put(store, repository, { digest, size, open, ...mount }),
    ),
  );
}

export async function pushLayers(
  store: ImageStore,
  repository: string,
  layers: readonly Layer[],
  shared: SharedBlobs,
): Promise<void> {
  await Promise.all(
    layers.map(({ descriptor: { digest, size }, open }) =>
      shared.put(store, repository, { digest, size, open }),
    ),
  );
}

/** Puts the config into the store. Gives the manifest over it and the layers, which nothing points to yet. */
export async function pushConfig(
  store: ImageStore,
  repository: string,
  config: ImageConfig,
  layers: ImageManifest['layers'],
  annotations: Record<string, string>,
): Promise<Buffer> {
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: await putJsonBlob(store, repository, mediaTypes.ociConfig, config),
    layers,
    annotations,
  };
  return jsonBytes(manifest);
}
