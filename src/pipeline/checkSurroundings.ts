import { builderName } from '../config/serviceSettings.ts';
import { Failure } from '../errors.ts';
import { firstRegistry } from '../image/makeImages.ts';
import { repositoryInStore } from '../image/repositoryInStore.ts';
import type { Ports } from '../ports/ports.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';

/** One thing that a release needs, and whether it is there. */
export interface Check {
  what: string;
  /** What was found, or what is wrong. */
  detail: string;
  ok: boolean;
  /** The way out. */
  hint?: string;
}

/** Looks at everything that a release from here would need; changes nothing. */
export async function checkSurroundings(
  ports: Ports,
  options: Pick<SurveyOptions, 'cwd' | 'configPath'>,
): Promise<Check[]> {
  let survey: Survey | undefined;
  const monorepo = await check('monorepo', async () => {
    survey = await surveyRepo(ports, { ...options, worktree: true });
    const { services, project } = survey;
    const { family, version, linker } = project.yarn;
    return `${services.length} services in ${project.workspaces.size} workspaces, Yarn ${version ?? family} (${linker})`;
  });
  if (survey === undefined) return [monorepo];
  return [monorepo, ...(await Promise.all(checksOf(ports, survey)))];
}

function checksOf(ports: Ports, survey: Survey): Promise<Check>[] {
  const { config, services } = survey;
  const { git } = ports;
  return [
    check('history', async () => {
      const [shallow, tags] = await Promise.all([git.history.shallowCommits(), git.history.tags()]);
      return `${tags.names.length} tags${shallow.length > 0 ? ', a shallow clone: it is deepened as far as needed' : ''}`;
    }),
    check('remote', async () => {
      const branch = config.branch ?? (await git.remote.defaultBranch());
      const refs = await git.remote.listRefs([`refs/heads/${branch}`]);
      const known = refs.size > 0 ? `release branch ${branch}` : `no branch ${branch} yet`;
      return `${await git.remote.url()}, ${known}`;
    }),
    check('builder', async () => {
      const builder = await ports.openBuilder(builderName(config), config);
      await builder.check();
      return builder.name;
    }),
    check('registry', async () => {
      const store = await ports.openStore(firstRegistry(config), config);
      const images = services
        .slice(0, 1)
        .map(({ settings }) => repositoryInStore(store.location, settings.image));
      await Promise.all(images.map((repository) => store.checkAccess(repository)));
      return store.location;
    }),
    ...config.environments.map((environment) =>
      check(`infra of ${environment.name}`, async () => {
        const { url, branch, fetchTip } = await ports.openInfra(environment);
        return `${url} ${branch} at ${(await fetchTip()).slice(0, 10)}`;
      }),
    ),
  ];
}

async function check(what: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { what, detail: await look(), ok: true };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { message, hint } = error;
    return { what, detail: message, ok: false, ...(hint === undefined ? {} : { hint }) };
  }
}
