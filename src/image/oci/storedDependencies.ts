import { parseJson, putJsonBlob } from '../blobs.ts';
import { openBlob, type Place } from '../copyImage.ts';
import { type ImageManifest, jsonBytes, mediaTypes, type Platform } from '../imageFormat.ts';
import type { DependencyLayer } from './dependencyLayer.ts';
import type { NativePackage } from './nativePackages.ts';

const DIFF_ID = 'shipyarn.diff-id';
const NATIVE = 'shipyarn.native-packages';

/**
 * The tag under which a service's installed dependencies stand beside its images, or null where the image's own tag is
 * no identity tag. What comes before `identity-` says who pushed it, and so who is trusted to have installed it.
 */
export function dependencyTag(imageTag: string, key: string): string | null {
  const trust = /^(.*?)identity-/.exec(imageTag)?.[1];
  return trust === undefined ? null : `${trust}dependencies-${key.slice(0, 40)}`;
}

/** The layer that a registry keeps under a dependency tag, or null. Its bytes stay there until somebody reads them. */
export async function findStoredDependencies(place: Place, tag: string): Promise<DependencyLayer | null> {
  const stored = await place.store.getManifest(place.repository, tag);
  if (stored === null) return null;
  const what = `manifest ${tag} in ${place.repository}`;
  const { layers, annotations = {} } = parseJson<ImageManifest>(stored.bytes, what);
  const [descriptor] = layers;
  const { [DIFF_ID]: diffId, [NATIVE]: packages } = annotations;
  if (descriptor === undefined || diffId === undefined || packages === undefined) return null;
  const native = parseJson<NativePackage[]>(Buffer.from(packages), what);
  const open = () => openBlob(place, descriptor.digest);
  return { descriptor, diffId, title: 'dependencies', native, open };
}

/**
 * Makes ready to keep a layer under the last of its dependency tags unless one of them does, as an image of that one
 * layer: every registry takes those, and none of them removes a layer that a tag leads to. What it gives writes the
 * tag once the layer is pushed.
 */
export async function storeDependencies(
  { store, repository }: Place,
  tags: readonly string[],
  layer: DependencyLayer,
  platform: Platform,
): Promise<() => Promise<void>> {
  const tag = tags.at(-1);
  const there = await Promise.all(tags.map((each) => store.getManifest(repository, each)));
  if (tag === undefined || there.some((stored) => stored !== null)) return async () => {};
  const rootfs = { type: 'layers', diff_ids: [layer.diffId] };
  const config = await putJsonBlob(store, repository, mediaTypes.ociConfig, { ...platform, rootfs });
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [layer.descriptor],
    annotations: { [DIFF_ID]: layer.diffId, [NATIVE]: JSON.stringify(layer.native) },
  };
  const bytes = jsonBytes(manifest);
  return async () =>
    void (await store.putManifest(repository, tag, { mediaType: manifest.mediaType, bytes }));
}
