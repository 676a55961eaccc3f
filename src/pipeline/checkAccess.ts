import type { Environment } from '../config/settings.ts';
import { repositoryInStore } from '../image/repositoryInStore.ts';
import type { ReleasePlan } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import { checkPush } from '../release/checkPush.ts';
import { releaseForge } from '../release/publishReleases.ts';
import { inStage } from '../report/inStage.ts';
import { automaticEnvironments } from './deployments.ts';
import type { Survey } from './survey.ts';

/**
 * Asks everybody who will be written to, before anything is built: the remote, the registries, the infra repos,
 * the forge. Writes nothing; rejects with what the first of them refuses.
 */
export async function checkAccess(
  ports: Ports,
  survey: Survey,
  plan: ReleasePlan,
  { deploy }: { deploy: boolean },
): Promise<void> {
  const { config, head } = survey;
  const repos = deploy ? infraRepos(automaticEnvironments(survey)) : [];
  await inStage(ports, 'plan', () =>
    Promise.all([
      checkPush(ports.git, head.commit),
      releaseForge(ports, config),
      checkRegistries(ports, survey, plan),
      ...repos.map(async (environment) => {
        const { git, knownCommit } = await ports.openInfra(environment);
        await checkPush(git, await knownCommit());
      }),
    ]),
  );
}

async function checkRegistries(ports: Ports, { config, services }: Survey, plan: ReleasePlan): Promise<void> {
  const released = new Set(plan.services.flatMap(({ name, affected }) => (affected ? [name] : [])));
  const images = services.flatMap(({ name, settings }) => (released.has(name) ? [settings.image] : []));
  await Promise.all(
    config.registries.map(async (location) => {
      const store = await ports.openStore(location, config);
      const repositories = new Set(images.map((image) => repositoryInStore(store.location, image)));
      await Promise.all([...repositories].map((repository) => store.checkAccess(repository)));
    }),
  );
}

/** One environment of each repository. */
function infraRepos(environments: readonly Environment[]): Environment[] {
  return [...new Map(environments.map((each) => [`${each.repo}#${each.branch ?? ''}`, each])).values()];
}
