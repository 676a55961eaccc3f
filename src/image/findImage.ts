import type { ImageStore } from '../ports/registry.ts';

export interface FoundImage {
  /** Of the image manifest or index. */
  digest: string;
  mediaType: string;
  /** The identity tag under which it was found. */
  identityTag: string;
}

/**
 * The image that a registry already holds for an identity, or null. `identityTags` are the tags that are trusted, in
 * the order of preference: that of release runs, then, where so configured, that of pull requests.
 */
export async function findImage(
  store: ImageStore,
  repository: string,
  identityTags: readonly string[],
): Promise<FoundImage | null> {
  const found = await Promise.all(
    identityTags.map(async (identityTag) => ({
      identityTag,
      stored: await store.getManifest(repository, identityTag),
    })),
  );
  for (const { identityTag, stored } of found) {
    if (stored !== null) return { digest: stored.digest, mediaType: stored.mediaType, identityTag };
  }
  return null;
}
