import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { inputFailure, workFailure } from '../../errors.ts';
import type { Descriptor, ImageStore, StoredManifest } from '../../ports/registry.ts';
import { digestOf } from '../../sha256.ts';
import { parseJson, readBlobBytes } from '../blobs.ts';
import { openBlob } from '../copyImage.ts';
import {
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
  mediaTypes,
  type Platform,
  platformName,
} from '../imageFormat.ts';
import { parseReference, type Reference } from '../parseReference.ts';

/** A layer of the base: to be put into the target unless it is there. */
export interface BaseLayer {
  descriptor: Descriptor;
  open(): Readable;
}

/** The image that services stand on, for one platform. */
export interface BaseImage {
  /** Reference as it was given; `host` for this machine's own Node. */
  name: string;
  digest: string | null;
  config: ImageConfig;
  layers: readonly BaseLayer[];
  /** Repository of the target's own registry that holds the layers, so that they are mounted instead of moved. */
  mountFrom: string | undefined;
}

export interface BaseSource {
  /** Opens the registry of a host. */
  openStore(host: string): ImageStore;
  target: ImageStore;
  cacheFolder: string;
}

/** Finds the base by reference: its manifest for the platform and its config. Layers are only opened when needed. */
export async function findBaseImage(
  text: string,
  platform: Platform,
  source: BaseSource,
): Promise<BaseImage> {
  const reference = parseReference(text);
  const sameRegistry = splitFirst(source.target.location) === reference.host;
  const store = sameRegistry ? source.target : source.openStore(reference.host);
  const top = await fetchPinned(store, reference, text, source.cacheFolder);
  const manifest = isIndex(top.mediaType)
    ? await chosenManifest(store, reference, top, platform, text, source.cacheFolder)
    : parseJson<ImageManifest>(top.bytes, `manifest of ${text}`);
  const configBytes = await cached(source.cacheFolder, manifest.config.digest, () =>
    readBlobBytes(store, reference.repository, manifest.config.digest),
  );
  const config = parseJson<ImageConfig>(configBytes, `config of ${text}`);
  checkPlatform(config, platform, text);
  return {
    name: text,
    digest: top.digest,
    config,
    layers: manifest.layers.map((descriptor) => ({
      descriptor: { ...descriptor, mediaType: ociLayerType(descriptor.mediaType) },
      open: () => openBlob({ store, repository: reference.repository }, descriptor.digest),
    })),
    mountFrom: sameRegistry ? reference.repository : undefined,
  };
}

function splitFirst(location: string): string {
  return location.split('/')[0] ?? '';
}

/** By digest from the cache, where it was seen before; by tag always from the registry, for tags move. */
async function fetchPinned(
  store: ImageStore,
  reference: Reference,
  text: string,
  cacheFolder: string,
): Promise<StoredManifest> {
  const { repository, digest, tag } = reference;
  if (digest === null) return found(await store.getManifest(repository, tag ?? 'latest'), text);
  const bytes = await cached(
    cacheFolder,
    digest,
    async () => found(await store.getManifest(repository, digest), text).bytes,
  );
  return { mediaType: manifestType(bytes), digest, bytes };
}

async function chosenManifest(
  store: ImageStore,
  reference: Reference,
  top: StoredManifest,
  platform: Platform,
  text: string,
  cacheFolder: string,
): Promise<ImageManifest> {
  const index = parseJson<ImageIndex>(top.bytes, `index of ${text}`);
  const entry = index.manifests.find((candidate) => matches(candidate.platform, platform));
  if (entry === undefined) throw lacksPlatform(text, platform, index);
  const bytes = await cached(
    cacheFolder,
    entry.digest,
    async () => found(await store.getManifest(reference.repository, entry.digest), text).bytes,
  );
  return parseJson<ImageManifest>(bytes, `manifest of ${text}`);
}

function found(stored: StoredManifest | null, text: string): StoredManifest {
  if (stored !== null) return stored;
  throw workFailure({
    reason: 'base-image-missing',
    message: `The base image \`${text}\` does not exist.`,
    hint: 'Correct `base` (or `FROM`), or push that image first.',
  });
}

function manifestType(bytes: Buffer): string {
  const { mediaType, manifests } = parseJson<{ mediaType?: string; manifests?: unknown }>(
    bytes,
    'base manifest',
  );
  return mediaType ?? (manifests === undefined ? mediaTypes.ociManifest : mediaTypes.ociIndex);
}

function matches(candidate: Platform | undefined, wanted: Platform): boolean {
  if (candidate?.os !== wanted.os || candidate.architecture !== wanted.architecture) return false;
  // arm64 without a variant is v8. Source: containerd/platforms, "Normalize".
  return (
    wanted.variant === undefined || candidate.variant === undefined || candidate.variant === wanted.variant
  );
}

function checkPlatform(config: ImageConfig, platform: Platform, text: string): void {
  if (config.os === platform.os && config.architecture === platform.architecture) return;
  throw inputFailure({
    reason: 'base-image-platform',
    message: `The base image \`${text}\` is made for ${config.os}/${config.architecture}, not for ${platformName(platform)}.`,
    hint: 'Name a base that has this platform, or change `platforms`.',
  });
}

function lacksPlatform(text: string, platform: Platform, index: ImageIndex) {
  const present = index.manifests.flatMap((entry) => (entry.platform ? platformName(entry.platform) : []));
  return inputFailure({
    reason: 'base-image-platform',
    message: `The base image \`${text}\` is not made for ${platformName(platform)}, only for ${present.join(', ')}.`,
    hint: 'Name a base that has this platform, or change `platforms`.',
  });
}

/** Docker's names for layers mean the same bytes. */
function ociLayerType(mediaType: string): string {
  return mediaType === 'application/vnd.docker.image.rootfs.diff.tar.gzip' ? mediaTypes.ociLayer : mediaType;
}

/** Small content-addressed files on this machine; what is damaged is fetched again. */
async function cached(cacheFolder: string, digest: string, fetch: () => Promise<Buffer>): Promise<Buffer> {
  const file = join(cacheFolder, 'blobs', digest.replace(':', '/'));
  const kept = await readFile(file).catch(() => null);
  if (kept !== null && digestOf(kept) === digest) return kept;
  const bytes = await fetch();
  await mkdir(dirname(file), { recursive: true });
  // Services that are built at once may stand on the same base.
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeFile(temporary, bytes);
  await rename(temporary, file);
  return bytes;
}
