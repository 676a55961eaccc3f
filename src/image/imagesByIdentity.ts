import type { ServiceIdentity } from '../changes/serviceChange.ts';
import type { Config } from '../config/settings.ts';
import { identityTagOf, pullRequestTagOf, repositoryOf } from '../plan/imageReference.ts';
import type { Ports } from '../ports/ports.ts';
import type { ImageStore } from '../ports/registry.ts';
import type { Pusher } from './buildCaches.ts';
import type { BuildSources } from './buildRequest.ts';
import { type FoundImage, findImage } from './findImage.ts';
import { imageMaker } from './imageMaker.ts';
import { movedBase } from './movedBase.ts';

/** A service whose image is to be in a store. */
export interface ImageJob {
  change: ServiceIdentity;
  /** Name inside the store: `team/api`. */
  repository: string;
}

export interface ImagesOptions {
  pusher: Pusher;
  signal: AbortSignal;
  /** Give what could be built where something could not. */
  keepGoing?: boolean;
  /** Build what is in the registry, too. */
  rebuild?: boolean;
}

export interface IdentityImages {
  /** By service. */
  digests: Map<string, string>;
  /** Services whose image was there already. */
  found: ReadonlySet<string>;
  /** Why some are missing; only with `keepGoing`. */
  failure?: Error;
}

export interface ImageSources extends BuildSources {
  config: Config;
}

/**
 * Sees to it that every service's image is in the store under its identity, building what is not there. A pull
 * request may use what a release pushed; a release may use a pull request's image where `reuseFrom` says so, and then
 * gives it the tag of its own.
 */
export async function imagesByIdentity(
  ports: Ports,
  sources: ImageSources,
  store: ImageStore,
  jobs: readonly ImageJob[],
  options: ImagesOptions,
): Promise<IdentityImages> {
  const { config } = sources;
  const trusted = trustedTags(config, options.pusher);
  const looking = options.rebuild ? new Map<string, FoundImage>() : foundImages(store, jobs, trusted);
  const maker = imageMaker(ports, sources, store, jobs, options);
  try {
    const there = await looking;
    const found = new Set(there.keys());
    void maker.end(found);
    await useFound(ports, config, { store, jobs, there }, options);
    const digests = new Map([...there].map(([service, { digest }]) => [service, digest]));
    const missing = jobs.filter(({ change }) => !found.has(change.service.name));
    const failure = missing.length === 0 ? null : await failureOf(maker.build(missing, digests), options);
    return { digests, found, ...(failure === null ? {} : { failure }) };
  } finally {
    await maker.end(jobs.map(({ change }) => change.service.name));
  }
}

/** Why something is missing, where what could be built is to be given; null: nothing is. */
async function failureOf(
  building: Promise<void>,
  { keepGoing, signal }: ImagesOptions,
): Promise<Error | null> {
  try {
    await building;
    return null;
  } catch (failure) {
    if (!keepGoing || !(failure instanceof Error) || signal.aborted) throw failure;
    return failure;
  }
}

interface Found {
  store: ImageStore;
  jobs: readonly ImageJob[];
  /** By service. */
  there: ReadonlyMap<string, FoundImage>;
}

/** Tells what was found, and makes it the release's. */
async function useFound(
  ports: Ports,
  config: Config,
  { store, jobs, there }: Found,
  { pusher }: ImagesOptions,
): Promise<void> {
  for (const { change } of jobs) {
    const image = there.get(change.service.name);
    if (image === undefined) continue;
    const isPullRequests = image.imageTag === pullRequestTagOf(change.identity());
    const origin = `by its identity${isPullRequests ? ', as a pull request pushed it' : ''}`;
    const detail = `${repositoryOf(change.service, config)}@${image.digest.slice(0, 19)} ${origin}`;
    ports.report({ kind: 'effect', effect: 'image-reused', detail, service: change.service.name });
  }
  if (pusher === 'release') await adopt(store, jobs, there);
  await tellMovedBases(ports, config, store, jobs, there);
}

type TagOf = (identity: string) => string;

/** By whose tags an image may be found. */
function trustedTags({ file }: Config, pusher: Pusher): TagOf[] {
  const both = pusher === 'pull-request' || file.reuseFrom === 'pull-requests';
  return both ? [identityTagOf, pullRequestTagOf] : [identityTagOf];
}

async function foundImages(
  store: ImageStore,
  jobs: readonly ImageJob[],
  tags: readonly TagOf[],
): Promise<Map<string, FoundImage>> {
  const images = await Promise.all(
    jobs.map(async ({ change: { service, identity }, repository }) => {
      const imageTags = tags.map((tagOf) => tagOf(identity()));
      const image = await findImage(store, repository, imageTags);
      return image === null ? [] : [[service.name, image] as const];
    }),
  );
  return new Map(images.flat());
}

/** What a pull request pushed and a release uses is the release's from now on. */
async function adopt(
  store: ImageStore,
  jobs: readonly ImageJob[],
  there: ReadonlyMap<string, FoundImage>,
): Promise<void> {
  await Promise.all(
    jobs.map(async ({ change, repository }) => {
      const image = there.get(change.service.name);
      const imageTag = identityTagOf(change.identity());
      if (image !== undefined && image.imageTag !== imageTag)
        await store.putManifest(repository, imageTag, image);
    }),
  );
}

/** An image that is found again stands on the base of its day. */
async function tellMovedBases(
  ports: Ports,
  config: Config,
  store: ImageStore,
  jobs: readonly ImageJob[],
  there: ReadonlyMap<string, FoundImage>,
): Promise<void> {
  await Promise.all(
    jobs.map(async ({ change: { service }, repository }) => {
      const image = there.get(service.name);
      if (image === undefined) return;
      const openStore = (host: string) => ports.openStore(host, config);
      const base = await movedBase({ store, repository }, image.digest, openStore);
      if (base === null) return;
      const message = `The base image ${base} has moved since this image was made; \`release --rebuild\` takes the new one.`;
      ports.report({ kind: 'warning', message, service: service.name });
    }),
  );
}
