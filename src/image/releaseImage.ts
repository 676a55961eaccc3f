import { workFailure } from '../errors.ts';
import type { Descriptor, ImageStore, StoredManifest } from '../ports/registry.ts';
import { digestOf } from '../sha256.ts';
import { parseJson, putJsonBlob, readConfig } from './blobs.ts';
import {
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
  jsonBytes,
  mediaTypes,
  withVariable,
} from './imageFormat.ts';

/** What a release says of an image. */
export interface ReleaseDetails {
  version: string;
  /** Full commit hash. */
  revision: string;
  /** Seconds since 1970: the commit's time. */
  createdAt: number;
  /** Full name of the service's workspace. */
  title?: string;
  /** Address of the repository, without credentials. */
  source?: string;
  /** Further labels, from the configuration. */
  labels?: Readonly<Record<string, string>>;
}

/**
 * Writes the released form of an image beside it: the same layers under a config that carries the version, and a
 * manifest (for several platforms an index) that nothing points to by tag yet. Works on images of any builder.
 * Gives the new digest; running it again gives the same one. No layer is moved.
 */
export async function stageReleaseImage(
  store: ImageStore,
  repository: string,
  identityDigest: string,
  details: ReleaseDetails,
): Promise<string> {
  const stored = await store.getManifest(repository, identityDigest);
  if (stored === null) throw imageGone(store, repository, identityDigest);
  return (await releaseAny(store, repository, stored, details)).digest;
}

/**
 * Gives a staged image its version tag: one request, no layers. Done already is done; a tag that another image
 * has is left there (`image-tag-taken`).
 */
export async function publishReleaseImage(
  store: ImageStore,
  repository: string,
  digest: string,
  imageTag: string,
): Promise<'made' | 'present'> {
  if (await hasReleaseImage(store, repository, digest, imageTag)) return 'present';
  const stored = await store.getManifest(repository, digest);
  if (stored === null) throw imageGone(store, repository, digest);
  await store.putManifest(repository, imageTag, stored);
  return 'made';
}

/** Whether the version tag is on this image. Rejects with `image-tag-taken` where it is on another one. */
export async function hasReleaseImage(
  store: ImageStore,
  repository: string,
  digest: string,
  imageTag: string,
): Promise<boolean> {
  const there = await store.getManifest(repository, imageTag);
  if (there === null || there.digest === digest) return there !== null;
  throw workFailure({
    reason: 'image-tag-taken',
    message: `${repository}:${imageTag} in ${store.location} is another image already (${there.digest.slice(0, 19)}).`,
    hint: 'Image tags of releases are never moved: delete that tag there, or choose another version with a `Release-As:` footer.',
  });
}

/** Labels of the OCI image specification, "Pre-Defined Annotation Keys". */
function releaseLabels(details: ReleaseDetails): Record<string, string> {
  return {
    ...details.labels,
    ...(details.title === undefined ? {} : { 'org.opencontainers.image.title': details.title }),
    ...(details.source === undefined ? {} : { 'org.opencontainers.image.source': details.source }),
    'org.opencontainers.image.created': timestamp(details.createdAt),
    'org.opencontainers.image.revision': details.revision,
    'org.opencontainers.image.version': details.version,
  };
}

function releaseAny(
  store: ImageStore,
  repository: string,
  stored: StoredManifest,
  details: ReleaseDetails,
): Promise<Descriptor> {
  return isIndex(stored.mediaType)
    ? releaseIndex(store, repository, stored, details)
    : releaseManifest(store, repository, stored, details);
}

async function releaseIndex(
  store: ImageStore,
  repository: string,
  stored: StoredManifest,
  details: ReleaseDetails,
): Promise<Descriptor> {
  const index = parseJson<ImageIndex>(stored.bytes, `index ${stored.digest} in ${repository}`);
  const images = index.manifests.filter((entry) => !isAttestation(entry));
  const released = await Promise.all(
    images.map(async (entry): Promise<Descriptor> => {
      const image = await store.getManifest(repository, entry.digest);
      if (image === null) throw imageGone(store, repository, entry.digest);
      const { digest, size } = await releaseAny(store, repository, image, details);
      return { ...entry, digest, size };
    }),
  );
  return putByDigest(store, repository, stored.mediaType, {
    ...index,
    manifests: released,
    ...annotationsFor(stored.mediaType, index.annotations, details),
  });
}

/** Provenance that buildx adds is about the unreleased image's digest, and would be untrue of the released one. */
function isAttestation(entry: Descriptor): boolean {
  return entry.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

async function releaseManifest(
  store: ImageStore,
  repository: string,
  stored: StoredManifest,
  details: ReleaseDetails,
): Promise<Descriptor> {
  const manifest = parseJson<ImageManifest>(stored.bytes, `manifest ${stored.digest} in ${repository}`);
  const config = releasedConfig(await readConfig(store, repository, manifest), details);
  const descriptor = await putJsonBlob(store, repository, manifest.config.mediaType, config);
  return putByDigest(store, repository, stored.mediaType, {
    ...manifest,
    config: descriptor,
    ...annotationsFor(stored.mediaType, manifest.annotations, details),
  });
}

function releasedConfig(image: ImageConfig, details: ReleaseDetails): ImageConfig {
  const { Labels, Env } = image.config ?? {};
  return {
    ...image,
    created: timestamp(details.createdAt),
    config: {
      ...image.config,
      Env: withVariable(Env ?? [], 'SERVICE_VERSION', details.version),
      Labels: { ...Labels, ...releaseLabels(details) },
    },
  };
}

/** Docker's schema 2 has no annotations. */
function annotationsFor(
  mediaType: string,
  existing: Record<string, string> | undefined,
  details: ReleaseDetails,
): { annotations?: Record<string, string> } {
  const oci = mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.ociManifest;
  return oci ? { annotations: { ...existing, ...releaseLabels(details) } } : {};
}

async function putByDigest(
  store: ImageStore,
  repository: string,
  mediaType: string,
  value: ImageManifest | ImageIndex,
): Promise<Descriptor> {
  const bytes = jsonBytes(value);
  const digest = digestOf(bytes);
  await store.putManifest(repository, digest, { mediaType, bytes });
  return { mediaType, digest, size: bytes.length };
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function imageGone(store: ImageStore, repository: string, digest: string) {
  return workFailure({
    reason: 'image-gone',
    message: `${repository}@${digest} is no longer in ${store.location}.`,
    hint: 'Run again: the image is built anew.',
  });
}
