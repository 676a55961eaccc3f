import { channelOf } from '../config/channelOf.ts';
import { imagesByIdentity } from '../image/imagesByIdentity.ts';
import { firstRegistry } from '../image/makeImages.ts';
import { repositoryInStore } from '../image/repositoryInStore.ts';
import { repositoryOf } from '../plan/imageReference.ts';
import type { Ports } from '../ports/ports.ts';
import { inStage } from '../report/inStage.ts';
import { pickServices } from '../workspace/findServices.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface PushBuildsOptions extends Pick<SurveyOptions, 'cwd' | 'configPath' | 'since'> {
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
  const { services: named, signal, keepGoing, since } = options;
  const tags = ports.git.history.tags();
  tags.catch(() => undefined);
  const survey = await inStage(ports, 'workspace', () => surveyRepo(ports, { ...options, worktree: false }));
  const { config, head } = survey;
  const services = pickServices(survey.services, named);
  const channel = channelOf(config, head.branch);
  const changes = await inStage(ports, 'changes', () =>
    surveyChanges(ports, { ...survey, services }, { since, channel, tags }),
  );
  const wanted = changes.filter(({ affected }) => affected || named.length > 0);
  if (wanted.length === 0) return [];

  const first = firstRegistry(config);
  const repositories = new Map(wanted.map(({ service }) => [service.name, repositoryOf(service, config)]));
  const store = await ports.openStore(first, config);
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
