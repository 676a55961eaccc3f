import type { ImageStore, StoredManifest } from '../ports/registry.ts';

export interface FoundImage extends StoredManifest {
  /** The tag under which it was found. */
  imageTag: string;
}

/**
 * The image that a registry already holds under one of these tags, or null. `imageTags` are those that are trusted,
 * in the order of preference.
 */
export async function findImage(
  store: ImageStore,
  repository: string,
  imageTags: readonly string[],
): Promise<FoundImage | null> {
  const found = await Promise.all(imageTags.map((imageTag) => store.getManifest(repository, imageTag)));
  for (const [index, stored] of found.entries()) {
    if (stored !== null) return { ...stored, imageTag: imageTags[index] as string };
  }
  return null;
}
