import type { ServiceChange } from '../changes/serviceChange.ts';
import { withTemporaryFolder } from '../cleanup/temporaryFolder.ts';
import { channelOf } from '../config/channelOf.ts';
import { builderName } from '../config/serviceSettings.ts';
import { buildEach } from '../image/buildImages.ts';
import { buildRequest } from '../image/buildRequest.ts';
import { buildOnEngine } from '../image/engine/buildOnEngine.ts';
import { type DescribedImage, describeImage } from '../image/engine/describeImage.ts';
import { loadImage } from '../image/engine/loadImage.ts';
import { releasedLayers } from '../image/releasedLayers.ts';
import { repositoryInStore } from '../image/repositoryInStore.ts';
import { imageTagOf } from '../plan/imageReference.ts';
import type { EngineAccess } from '../ports/engine.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface BuildLocallyOptions extends SurveyOptions {
  /** By name, name without scope, or folder; empty: those that are affected. */
  services: readonly string[];
  keepGoing: boolean;
  signal: AbortSignal;
}

/** An image in this machine's engine. */
export interface LocalImage extends DescribedImage {
  service: string;
  /** `api:local` */
  reference: string;
  /** The version that `isNew` compares with; null where there is none, or it could not be read. */
  comparedWith: string | null;
}

/** Builds services into the engine for trying them out; nothing is pushed or tagged elsewhere. */
export async function buildLocally(ports: Ports, options: BuildLocallyOptions): Promise<LocalImage[]> {
  const survey = await surveyRepo(ports, options);
  const named = new Set(pickServices(survey.services, options.services).map(({ name }) => name));
  const { branch } = survey.head;
  const channel = channelOf(survey.config, branch);
  const changes = await surveyChanges(ports, survey, { since: options.since, channel });
  const wanted = changes.filter(
    ({ service, affected }) => named.has(service.name) && (affected || options.services.length > 0),
  );
  if (wanted.length === 0) return [];

  const access = await ports.openEngine();
  await access.engine.describe();
  const requests = await Promise.all(wanted.map((change) => toRequest(ports, survey, change)));
  const built = await buildEach(requests, (request) => buildOne(ports, survey, access, request, options), {
    ...options,
    parallel: survey.config.file.parallel,
  });
  return [...built.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

type LocalRequest = Awaited<ReturnType<typeof toRequest>>;

async function toRequest(ports: Ports, survey: Survey, change: ServiceChange) {
  return { change, ...(await buildRequest(ports, survey, change)) };
}

async function buildOne(
  ports: Ports,
  survey: Survey,
  access: EngineAccess,
  request: LocalRequest,
  { signal }: BuildLocallyOptions,
): Promise<LocalImage> {
  const { service, lastRelease } = request.change;
  const reference = `${service.settings.image}:local`;
  const released = lastReleaseLayers(ports, survey, request.change);
  await buildInto(access, reference, { ports, survey, request, signal });
  const layers = await released;
  const described = await describeImage(access.engine, reference, layers);
  ports.report({ kind: 'effect', effect: 'image-built', detail: reference, service: service.name });
  const comparedWith = layers === null ? null : (lastRelease?.version ?? null);
  return { service: service.name, reference, comparedWith, ...described };
}

/** With the builder that releases use, so that what is tried is what will run. */
async function buildInto(
  access: EngineAccess,
  reference: string,
  {
    ports,
    survey: { config },
    request,
    signal,
  }: { ports: Ports; survey: Survey; request: LocalRequest; signal: AbortSignal },
): Promise<void> {
  const { report } = ports;
  const name = builderName(config);
  if (name === 'engine') {
    // One that runs here: of several platforms the engine's own.
    await buildOnEngine(access, request, { platform: null, reference, signal, report });
    return;
  }
  await withTemporaryFolder('build', async (folder) => {
    const builder = await ports.openBuilder(name, config);
    const store = await ports.openStore(`oci:${folder}`, config);
    const target = { store, repository: request.change.service.settings.image, imageTag: 'local' };
    const { digest } = await builder.build({ ...request, target }, { signal, report });
    await loadImage(access.engine, { ...target, digest }, reference);
  });
}

/** A registry that cannot be asked is no reason not to build. */
async function lastReleaseLayers(
  ports: Ports,
  { config }: Survey,
  { service, lastRelease }: ServiceChange,
): Promise<ReadonlySet<string> | null> {
  const [location] = config.registries;
  if (lastRelease === null || location === undefined) return null;
  try {
    const store = await ports.openStore(location, config);
    const repository = repositoryInStore(location, service.settings.image);
    return await releasedLayers(store, repository, imageTagOf(lastRelease.version));
  } catch (error) {
    const message = `The image of ${lastRelease.version} cannot be compared with: ${(error as Error).message}`;
    ports.report({ kind: 'warning', service: service.name, message });
    return null;
  }
}
