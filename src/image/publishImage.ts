import { Failure } from '../errors.ts';
import { identityTagOf, imageTagOf } from '../plan/imageReference.ts';
import type { ImageStore } from '../ports/registry.ts';
import { copyImage } from './copyImage.ts';
import {
  hasReleaseImage,
  publishReleaseImage,
  type ReleaseDetails,
  stageReleaseImage,
} from './releaseImage.ts';
import { repositoryInStore } from './repositoryInStore.ts';

/** A claimed release's image. */
export interface ImageToPublish {
  /** Name inside the first registry: `team/api`. */
  image: string;
  digest: string;
  identity: string;
  details(): Promise<ReleaseDetails>;
}

/**
 * Puts the version tag in the first registry and in the mirrors, which get the image itself, too. A staged image
 * that the registry has swept away, since no tag held it, is staged again from the identity image.
 */
export async function publishImage(
  { image, digest, identity, details }: ImageToPublish,
  first: ImageStore,
  mirrors: readonly ImageStore[],
): Promise<'made' | 'present'> {
  const released = await details();
  const imageTag = imageTagOf(released.version);
  const publish = () => publishReleaseImage(first, image, digest, imageTag);
  const outcome = await publish().catch(async (error) => {
    if (!(error instanceof Failure) || error.reason !== 'image-gone') throw error;
    await stageReleaseImage(first, image, identityTagOf(identity), released);
    return publish();
  });
  const copies = await Promise.all(
    mirrors.map((mirror) => copyTo(mirror, { store: first, repository: image }, digest, imageTag)),
  );
  return copies.includes('made') ? 'made' : outcome;
}

/** Whether the version tag is in the first registry and in every mirror. Rejects as `hasReleaseImage` does. */
export async function isPublished(
  { image, digest, version }: { image: string; digest: string; version: string },
  first: ImageStore,
  mirrors: readonly ImageStore[],
): Promise<boolean> {
  const imageTag = imageTagOf(version);
  const there = await Promise.all([
    hasReleaseImage(first, image, digest, imageTag),
    ...mirrors.map((mirror) =>
      hasReleaseImage(
        mirror,
        mirroredRepository({ store: first, repository: image }, mirror),
        digest,
        imageTag,
      ),
    ),
  ]);
  return !there.includes(false);
}

async function copyTo(
  mirror: ImageStore,
  from: { store: ImageStore; repository: string },
  digest: string,
  imageTag: string,
): Promise<'made' | 'present'> {
  const repository = mirroredRepository(from, mirror);
  if (await hasReleaseImage(mirror, repository, digest, imageTag)) return 'present';
  await copyImage(from, digest, { store: mirror, repository }, imageTag);
  return 'made';
}

/** The same image below the mirror's own namespace. */
function mirroredRepository(
  { store, repository }: { store: ImageStore; repository: string },
  mirror: ImageStore,
): string {
  const namespace = repositoryInStore(store.location, '');
  const name = repository.startsWith(namespace) ? repository.slice(namespace.length) : repository;
  return repositoryInStore(mirror.location, name);
}
