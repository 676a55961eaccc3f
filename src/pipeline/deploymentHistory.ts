import type { Deployment } from '../deploy/deployments.ts';
import { readDeployments } from '../deploy/readDeployments.ts';
import type { Ports } from '../ports/ports.ts';
import { pickServices } from '../workspace/findServices.ts';
import { environmentNamed, noEnvironments } from './environments.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';

export interface HistoryOptions extends Pick<SurveyOptions, 'cwd' | 'configPath'> {
  environment?: string | undefined;
  /** Newest deployments to give; null: all. */
  limit: number | null;
}

/** Who deployed what, when and from which source commit, newest first, from the infra repos' commits alone. */
export async function deploymentHistory(
  ports: Ports,
  words: readonly string[],
  options: HistoryOptions,
): Promise<Deployment[]> {
  const { config, services } = await surveyRepo(ports, { ...options, worktree: false });
  if (config.environments.length === 0) throw noEnvironments();
  const { environment: named, limit } = options;
  const environments = named === undefined ? config.environments : [environmentNamed(config, named)];
  const chosen = new Set(words.length === 0 ? [] : pickServices(services, words).map(({ name }) => name));
  const repos = new Map(
    environments.map((environment) => [`${environment.repo}#${environment.branch}`, environment]),
  );
  const names = new Set(environments.map(({ name }) => name));
  const isAsked = (each: Deployment) =>
    names.has(each.environment) && (chosen.size === 0 || chosen.has(each.service));
  const found = await Promise.all(
    [...repos.values()].map(async (environment) => {
      const repo = await ports.openInfra(environment);
      const isEnough = (known: readonly Deployment[]) =>
        limit !== null && known.filter(isAsked).length >= limit;
      return (await readDeployments(repo, isEnough)).filter(isAsked);
    }),
  );
  const deployments =
    repos.size === 1 ? (found[0] ?? []) : found.flat().sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return limit === null ? deployments : deployments.slice(0, limit);
}
