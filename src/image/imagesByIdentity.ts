import type { ServiceChange } from '../changes/serviceChange.ts';
import { builderName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { identityTagOf, pullRequestTagOf, repositoryOf } from '../plan/imageReference.ts';
import type { Builder, BuiltImage } from '../ports/builder.ts';
import type { Ports } from '../ports/ports.ts';
import type { ImageStore } from '../ports/registry.ts';
import { buildCaches, type Pusher } from './buildCaches.ts';
import { buildImages } from './buildImages.ts';
import { type BuildSources, buildRequest } from './buildRequest.ts';
import { isLayout } from './engineRepository.ts';
import { type FoundImage, findImage } from './findImage.ts';
import { movedBase } from './movedBase.ts';

/** A service whose image is to be in a store. */
export interface ImageJob {
  change: ServiceChange;
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

interface Sources extends BuildSources {
  config: Config;
}

/**
 * Sees to it that every service's image is in the store under its identity, building what is not there. A pull
 * request may use what a release pushed; a release may use a pull request's image where `reuseFrom` says so, and then
 * gives it the tag of its own.
 */
export async function imagesByIdentity(
  ports: Ports,
  sources: Sources,
  store: ImageStore,
  jobs: readonly ImageJob[],
  options: ImagesOptions,
): Promise<IdentityImages> {
  const { config } = sources;
  const trusted = trustedTags(config, options.pusher);
  const looking = options.rebuild ? new Map<string, FoundImage>() : foundImages(store, jobs, trusted);
  const [there, builder] = await Promise.all([
    looking,
    ports.openBuilder(builderName(config), config),
    askAhead(store, config, jobs),
  ]);
  for (const { change } of jobs) {
    const image = there.get(change.service.name);
    if (image === undefined) continue;
    const isPullRequests = image.imageTag === pullRequestTagOf(change.identity);
    const origin = `by its identity${isPullRequests ? ', as a pull request pushed it' : ''}`;
    const detail = `${repositoryOf(change.service, config)}@${image.digest.slice(0, 19)} ${origin}`;
    ports.report({ kind: 'effect', effect: 'image-reused', detail, service: change.service.name });
  }
  if (options.pusher === 'release') await adopt(store, jobs, there);
  await tellMovedBases(ports, config, store, jobs, there);
  const digests = new Map([...there].map(([service, { digest }]) => [service, digest]));
  const found = new Set(there.keys());
  const missing = jobs.filter(({ change }) => !found.has(change.service.name));
  if (missing.length === 0) return { digests, found };
  try {
    await buildMissing(ports, sources, { builder, store }, missing, digests, options);
    return { digests, found };
  } catch (failure) {
    if (!options.keepGoing || !(failure instanceof Error) || options.signal.aborted) throw failure;
    return { digests, found, failure };
  }
}

type TagOf = (identity: string) => string;

/** The tag under which such a run pushes. */
function ownTag(pusher: Pusher): TagOf {
  return pusher === 'release' ? identityTagOf : pullRequestTagOf;
}

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
      const imageTags = tags.map((tagOf) => tagOf(identity));
      const image = await findImage(store, repository, imageTags);
      return image === null ? [] : [[service.name, image] as const];
    }),
  );
  return new Map(images.flat());
}

/** Images of a run whose next questions go out ahead; with more of them the registry always has something to do. */
const FEW = 4;

/**
 * Asks the registry, while it looks for the images, what the builder `oci` would ask it next: for the right to push,
 * and for the last release's image, most of whose layers the new one has, too. What it refuses is met again by those
 * who need it.
 */
async function askAhead(store: ImageStore, config: Config, jobs: readonly ImageJob[]): Promise<void> {
  if (builderName(config) !== 'oci' || isLayout(store) || jobs.length > FEW) return;
  await Promise.all(
    jobs.map(async ({ change: { lastRelease }, repository }) => {
      store.checkAccess(repository).catch(() => {});
      const identity = lastRelease?.identity ?? null;
      if (identity === null) return;
      await store.getManifest(repository, identityTagOf(identity)).catch(() => null);
    }),
  );
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
      const imageTag = identityTagOf(change.identity);
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

/** What was built stands in `digests` even where something else failed. */
async function buildMissing(
  ports: Ports,
  sources: Sources,
  { builder, store }: { builder: Builder; store: ImageStore },
  jobs: readonly ImageJob[],
  digests: Map<string, string>,
  { pusher, signal, keepGoing, rebuild }: ImagesOptions,
): Promise<void> {
  const { config } = sources;
  const toRequests = Promise.all(
    jobs.map(async ({ change, repository }) => ({
      ...(await buildRequest(ports, sources, change)),
      target: { store, repository, imageTag: ownTag(pusher)(change.identity) },
      ...(isLayout(store) ? {} : buildCaches(change, config, pusher)),
      refreshBase: rebuild === true,
    })),
  );
  // A release has asked already; `oci` asks while it builds. Builds of minutes are not begun for a push that is refused.
  const asks = pusher === 'pull-request' && builder.name !== 'oci' ? jobs : [];
  const [requests] = await Promise.all([
    toRequests,
    builder.check(),
    ...asks.map(({ repository }) => store.checkAccess(repository)),
  ]);
  const { report } = ports;
  const keep = (service: string, { digest }: BuiltImage) => void digests.set(service, digest);
  const { parallel } = config.file;
  await buildImages(builder, requests, { signal, report, keepGoing, parallel, onBuilt: keep });
}
