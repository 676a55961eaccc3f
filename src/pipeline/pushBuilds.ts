import { identifyServices } from '../changes/identifyServices.ts';
import type { LastRelease, ServiceIdentity } from '../changes/serviceChange.ts';
import { channelOf } from '../config/channelOf.ts';
import { beginsEarly } from '../image/imageMaker.ts';
import { imagesByIdentity } from '../image/imagesByIdentity.ts';
import { firstRegistry } from '../image/makeImages.ts';
import { preparePush } from '../image/preparePush.ts';
import { repositoryInStore } from '../image/repositoryInStore.ts';
import { repositoryOf } from '../plan/imageReference.ts';
import type { GitTags } from '../ports/gitTags.ts';
import type { Ports } from '../ports/ports.ts';
import { inStage } from '../report/inStage.ts';
import { pickServices } from '../workspace/findServices.ts';
import type { Service } from '../workspace/service.ts';
import { changesQuestion } from './changesQuestion.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface PushBuildsOptions extends Pick<SurveyOptions, 'cwd' | 'configPath'> {
  /** By name, name without scope, or folder; empty: those that are affected. */
  services: readonly string[];
  keepGoing: boolean;
  signal: AbortSignal;
}

/** An image of HEAD's commit in the first registry. */
export interface PushedBuild {
  service: string;
  /** `registry.example.com/team/api@sha256:…` */
  reference: string;
  outcome: 'built' | 'found';
}

/**
 * Builds services as they are committed and pushes them by identity, under a tag of their own: nothing is versioned,
 * tagged in Git or deployed. Releases use these images only where `reuseFrom: pull-requests` is set.
 */
export async function pushBuilds(ports: Ports, options: PushBuildsOptions): Promise<PushedBuild[]> {
  const { services: named, signal, keepGoing } = options;
  const tags = ports.git.history.tags();
  tags.catch(() => undefined);
  const survey = await inStage(ports, 'workspace', () => surveyRepo(ports, { ...options, worktree: false }));
  const { config } = survey;
  const services = pickServices(survey.services, named);
  const asked = { ...survey, services };
  const wanted = await inStage(ports, 'changes', () =>
    named.length > 0 ? namedServices(ports, asked, tags) : affectedServices(ports, asked, tags),
  );
  if (wanted.length === 0) return [];

  const repositories = new Map(wanted.map(({ service }) => [service.name, repositoryOf(service, config)]));
  const store = await ports.openStore(firstRegistry(config), config);
  const jobs = wanted.map((change) => ({
    change,
    repository: repositoryInStore(store.location, change.service.settings.image),
  }));
  const images = await inStage(ports, 'image', () =>
    imagesByIdentity(ports, survey, store, jobs, { pusher: 'pull-request', signal, keepGoing }),
  );
  if (images.failure !== undefined) throw images.failure;
  return [...repositories].map(([service, repository]) => ({
    service,
    reference: `${repository}@${images.digests.get(service)}`,
    outcome: images.found.has(service) ? 'found' : 'built',
  }));
}

async function affectedServices(
  ports: Ports,
  survey: Survey,
  tags: Promise<GitTags>,
): Promise<ServiceIdentity[]> {
  const channel = channelOf(survey.config, survey.head.branch);
  const changes = await surveyChanges(ports, survey, { channel, tags });
  return changes.filter(({ affected }) => affected);
}

/** They are built whether they changed or not, so the registry gets ready before that could be told. */
async function namedServices(
  ports: Ports,
  survey: Survey,
  tags: Promise<GitTags>,
): Promise<ServiceIdentity[]> {
  const channel = channelOf(survey.config, survey.head.branch);
  const ready = await readyStore(ports, survey);
  for (const service of survey.services) ready(service, null);
  return identifyServices(await changesQuestion(ports, survey, { channel, tags }), ready);
}

/** Has the registry get ready for the images of a few services, where the builder is one that talks to it itself. */
async function readyStore(
  ports: Ports,
  { config, services }: Survey,
): Promise<(service: Service, lastRelease: LastRelease | null) => void> {
  if (!beginsEarly(config, services.length)) return () => {};
  const store = await ports.openStore(firstRegistry(config), config);
  return ({ settings }, lastRelease) =>
    preparePush(store, repositoryInStore(store.location, settings.image), lastRelease);
}
