import type { ServiceChange } from '../changes/serviceChange.ts';
import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import { imageTagOf } from '../plan/imageReference.ts';
import type { PlannedService } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import type { ImageStore } from '../ports/registry.ts';
import type { BuildSources } from './buildRequest.ts';
import { type ImageJob, type ImagesOptions, imagesByIdentity } from './imagesByIdentity.ts';
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

interface Job extends ImageJob {
  planned: PlannedService;
}

export interface MadeImages {
  /** By service. */
  images: ReadonlyMap<string, MadeImage>;
  /** Why some are missing; only with `keepGoing`. */
  failure?: Error;
}

interface Sources extends BuildSources {
  config: Config;
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
  options: Omit<ImagesOptions, 'pusher'>,
): Promise<MadeImages> {
  const { config, head } = survey;
  const store = await ports.openStore(firstRegistry(config), config);
  const jobs = toJobs(planned, changes, store);
  const { digests, failure } = await imagesByIdentity(ports, survey, store, jobs, {
    ...options,
    pusher: 'release',
  });
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
