import type { BuildRequest, BuiltImage } from '../../ports/builder.ts';
import { jsonBytes, mediaTypes, parsePlatform } from '../imageFormat.ts';

/** `abc-linux-arm64`: engines push by tag only, so each platform's image keeps one. */
export function platformTag(imageTag: string, platform: string): string {
  return `${imageTag}-${platform.replaceAll('/', '-')}`;
}

/** Writes the index over images of single platforms, and tags that. */
export async function joinPlatforms(
  images: readonly (BuiltImage & { platform: string })[],
  { store, repository, imageTag }: BuildRequest['target'],
): Promise<BuiltImage> {
  const manifests = await Promise.all(
    images.map(async ({ platform, digest, mediaType }) => {
      const size = (await store.getManifest(repository, digest))?.bytes.length ?? 0;
      return { mediaType, digest, size, platform: parsePlatform(platform) };
    }),
  );
  const mediaType = mediaTypes.ociIndex;
  const bytes = jsonBytes({ schemaVersion: 2, mediaType, manifests });
  return { digest: await store.putManifest(repository, imageTag, { mediaType, bytes }), mediaType };
}
