import type { ServiceChange } from '../changes/serviceChange.ts';
import { builderName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { contextTar } from '../context/contextTar.ts';
import { inputFailure } from '../errors.ts';
import { identityTagOf, imageTagOf } from '../plan/imageReference.ts';
import type { PlannedService } from '../plan/releasePlan.ts';
import type { BuiltImage } from '../ports/builder.ts';
import type { Ports } from '../ports/ports.ts';
import type { ImageStore } from '../ports/registry.ts';
import type { ContextLayerName } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { buildImages } from './buildImages.ts';
import { buildSecrets } from './buildSecrets.ts';
import { isLayout } from './engineRepository.ts';
import { findImage } from './findImage.ts';
import { movedBase } from './movedBase.ts';
import { releaseDetails } from './releaseDetails.ts';
import { hasReleaseImage, stageReleaseImage } from './releaseImage.ts';
import { repositoryInStore } from './repositoryInStore.ts';

/** A released image, whole in the first registry and not yet tagged with its version. */
export interface MadeImage {
  /** Name inside the store: `team/api`. */
  repository: string;
  /** Of the manifest that carries the version. */
  digest: string;
}

interface Job {
  planned: PlannedService;
  change: ServiceChange;
  repository: string;
}

export interface MadeImages {
  /** By service. */
  images: ReadonlyMap<string, MadeImage>;
  /** Why some are missing; only with `keepGoing`. */
  failure?: Error;
}

export interface MakeImagesOptions {
  signal: AbortSignal;
  /** Give what could be built where something could not. */
  keepGoing?: boolean;
  /** Build what is in the registry, too. */
  rebuild?: boolean;
}

interface Sources {
  config: Config;
  head: { commit: string; committedAt: number };
  snapshot: Snapshot;
}

/**
 * Sees to it that every planned service's image is in the first registry under its identity, building what is
 * not there, and writes the versioned form beside it. Rejects with `image-tag-taken` where a version stands there
 * already and is another image.
 */
export async function makeImages(
  ports: Ports,
  survey: Sources,
  changes: readonly ServiceChange[],
  planned: readonly PlannedService[],
  options: MakeImagesOptions,
): Promise<MadeImages> {
  const { config, head } = survey;
  const store = await ports.openStore(firstRegistry(config), config);
  const jobs = toJobs(planned, changes, store);
  const { digests, failure } = await identityDigests(ports, survey, store, jobs, options);
  const images = await Promise.all(
    jobs.map(async ({ planned: { name, nextVersion }, repository }) => {
      const identityDigest = digests.get(name);
      if (identityDigest === undefined || nextVersion === null) return [];
      const released = { service: name, version: nextVersion, commit: head.commit };
      const details = await releaseDetails(ports.git, released);
      const digest = await stageReleaseImage(store, repository, identityDigest, details);
      await hasReleaseImage(store, repository, digest, imageTagOf(nextVersion));
      return [[name, { repository, digest }] as const];
    }),
  );
  return { images: new Map(images.flat()), ...(failure === undefined ? {} : { failure }) };
}

export function firstRegistry(config: Config): string {
  const [first] = config.registries;
  if (first !== undefined) return first;
  throw inputFailure({
    reason: 'no-registry',
    message: 'No registry is configured, so there is nowhere to put images.',
    hint: 'Say where in shipyarn.yaml: `registry: registry.example.com/team`.',
    at: { file: 'shipyarn.yaml' },
  });
}

function toJobs(
  planned: readonly PlannedService[],
  changes: readonly ServiceChange[],
  store: ImageStore,
): Job[] {
  const byName = new Map(changes.map((change) => [change.service.name, change]));
  return planned.flatMap((service) => {
    const change = byName.get(service.name);
    if (change === undefined) return [];
    const repository = repositoryInStore(store.location, change.service.settings.image);
    return [{ planned: service, change, repository }];
  });
}

interface IdentityDigests {
  /** By service. */
  digests: Map<string, string>;
  failure?: Error;
}

/** Digests of the identity images, found or built. */
async function identityDigests(
  ports: Ports,
  survey: Sources,
  store: ImageStore,
  jobs: readonly Job[],
  options: MakeImagesOptions,
): Promise<IdentityDigests> {
  const found = options.rebuild ? new Map<string, string>() : await foundImages(store, jobs);
  for (const { planned } of jobs) {
    const digest = found.get(planned.name);
    if (digest === undefined) continue;
    const detail = `${planned.image?.repository ?? ''}@${digest.slice(0, 19)} by its identity`;
    ports.report({ kind: 'effect', effect: 'image-reused', detail, service: planned.name });
  }
  await tellMovedBases(ports, survey.config, store, jobs, found);
  const missing = jobs.filter(({ planned }) => !found.has(planned.name));
  if (missing.length === 0) return { digests: found };
  try {
    const built = await buildMissing(ports, survey, store, missing, options);
    for (const [service, { digest }] of built) found.set(service, digest);
    return { digests: found };
  } catch (error) {
    if (!options.keepGoing || !(error instanceof Error) || options.signal.aborted) throw error;
    // What else was built is in the store by now, under its identity.
    const others = await foundImages(store, missing);
    return { digests: new Map([...found, ...others]), failure: error };
  }
}

/** An image that is found again stands on the base of its day. */
async function tellMovedBases(
  ports: Ports,
  config: Config,
  store: ImageStore,
  jobs: readonly Job[],
  found: ReadonlyMap<string, string>,
): Promise<void> {
  await Promise.all(
    jobs.map(async ({ planned: { name }, repository }) => {
      const digest = found.get(name);
      if (digest === undefined) return;
      const base = await movedBase({ store, repository }, digest, (host) => ports.openStore(host, config));
      if (base === null) return;
      const message = `The base image ${base} has moved since this image was made; \`release --rebuild\` takes the new one.`;
      ports.report({ kind: 'warning', message, service: name });
    }),
  );
}

async function foundImages(store: ImageStore, jobs: readonly Job[]): Promise<Map<string, string>> {
  const digests = await Promise.all(
    jobs.map(async ({ planned: { name, image }, repository }) => {
      const found = await findImage(store, repository, image === null ? [] : [image.identityTag]);
      return found === null ? [] : [[name, found.digest] as const];
    }),
  );
  return new Map(digests.flat());
}

async function buildMissing(
  ports: Ports,
  { config, head, snapshot }: Sources,
  store: ImageStore,
  jobs: readonly Job[],
  { signal, keepGoing, rebuild }: MakeImagesOptions,
): Promise<ReadonlyMap<string, BuiltImage>> {
  const builder = await ports.openBuilder(builderName(config), config);
  const toRequests = Promise.all(
    jobs.map(async ({ planned, change, repository }) => {
      const contents = await change.contents();
      return {
        contents,
        contextTar: (only?: readonly ContextLayerName[]) => contextTar(contents, snapshot, only),
        secrets: await buildSecrets(change.service.settings, {
          env: ports.env,
          root: ports.git.history.root,
        }),
        target: { store, repository, imageTag: planned.image?.identityTag ?? '' },
        cacheFrom: isLayout(store) ? [] : lastImages(change, planned),
        refreshBase: rebuild === true,
        createdAt: head.committedAt,
      };
    }),
  );
  const [requests] = await Promise.all([toRequests, builder.check()]);
  const { report } = ports;
  return buildImages(builder, requests, { signal, report, keepGoing, parallel: config.file.parallel });
}

/** The last release's image by identity, and by version, which registries keep longer. */
function lastImages({ lastRelease }: ServiceChange, { image }: PlannedService): string[] {
  if (lastRelease === null || image === null) return [];
  const { identity, version } = lastRelease;
  const imageTags = [...(identity === null ? [] : [identityTagOf(identity)]), imageTagOf(version)];
  return imageTags.map((imageTag) => `${image.repository}:${imageTag}`);
}
