import type { ImageStore } from '../ports/registry.ts';
import { parseJson, readConfig } from './blobs.ts';
import { type ImageIndex, type ImageManifest, isIndex } from './imageFormat.ts';

/** Diff ids of all layers of the image under a tag, of an index those of all platforms; null where there is none. */
export async function releasedLayers(
  store: ImageStore,
  repository: string,
  reference: string,
): Promise<ReadonlySet<string> | null> {
  const stored = await store.getManifest(repository, reference);
  if (stored === null) return null;
  if (isIndex(stored.mediaType)) {
    const { manifests } = parseJson<ImageIndex>(stored.bytes, `index ${reference} in ${repository}`);
    const sets = await Promise.all(manifests.map(({ digest }) => releasedLayers(store, repository, digest)));
    return new Set(sets.flatMap((set) => [...(set ?? [])]));
  }
  const imageManifest = parseJson<ImageManifest>(
    stored.bytes,
    `image manifest ${reference} in ${repository}`,
  );
  const config = await readConfig(store, repository, imageManifest);
  return new Set(config.rootfs.diff_ids);
}
