import type { BuildRequest, BuiltImage } from '../../ports/builder.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { digestOf } from '../../sha256.ts';
import { type ImageIndex, jsonBytes, mediaTypes, parsePlatform } from '../imageFormat.ts';
import { assemblePlain } from './assemblePlain.ts';
import { assembleSlices } from './assembleSlices.ts';
import { hostPlatform } from './hostPlatform.ts';
import type { PlatformImage } from './platformImage.ts';
import type { Run, Start } from './run.ts';

/** Assembles one service's image for its platforms and leaves it whole under its tag. */
export async function buildImage(request: BuildRequest, outer: Run): Promise<BuiltImage> {
  const stop = new AbortController();
  const run = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) };
  const work = new Set<Promise<unknown>>();
  try {
    return await assembleAll(request, run, (started) => {
      work.add(started);
      // It is awaited by whoever needs it; until then a failure of it is not unhandled.
      started.catch(() => {});
      return started;
    });
  } catch (error) {
    // Nothing goes on in the background after a failure has been told.
    stop.abort();
    await Promise.allSettled(work);
    outer.signal.throwIfAborted();
    throw error;
  }
}

async function assembleAll(request: BuildRequest, run: Run, start: Start): Promise<BuiltImage> {
  const { contents, target } = request;
  const { store, repository, imageTag } = target;
  const assemble =
    contents.shape === 'layers' ? assembleSlices(request, run, start) : assemblePlain(request, run, start);
  const access = start(store.checkAccess(repository));
  const platforms = contents.platforms.length > 0 ? contents.platforms.map(parsePlatform) : [hostPlatform()];
  // A refused push ends the build before anything is installed for it.
  const [images] = await Promise.all([start(each(platforms, assemble)), access]);
  await run.wanted;
  const top = images.length === 1 ? single(images) : await index(request, images);
  run.signal.throwIfAborted();
  const [digest] = await Promise.all([
    start(store.putManifest(repository, imageTag, top)),
    ...images.map((image) => start(image.keepDependencies())),
  ]);
  return { digest, mediaType: top.mediaType };
}

async function each<T, R>(values: readonly T[], make: (value: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (const value of values) made.push(await make(value));
  return made;
}

function single([image]: readonly PlatformImage[]): { mediaType: string; bytes: Buffer } {
  return { mediaType: mediaTypes.ociManifest, bytes: image?.bytes ?? Buffer.alloc(0) };
}

/** Puts each platform's manifest by digest; gives the index over them. */
async function index({ target }: BuildRequest, images: readonly PlatformImage[]) {
  const mediaType = mediaTypes.ociManifest;
  const manifests = await Promise.all(
    images.map(async ({ platform, bytes }): Promise<Descriptor> => {
      const digest = digestOf(bytes);
      await target.store.putManifest(target.repository, digest, { mediaType, bytes });
      return { mediaType, digest, size: bytes.length, platform };
    }),
  );
  const value: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  return { mediaType: value.mediaType, bytes: jsonBytes(value) };
}
