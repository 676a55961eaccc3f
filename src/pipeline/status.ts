import semver from 'semver';
import type { Environment } from '../config/settings.ts';
import type { Deployment } from '../deploy/deployments.ts';
import { freezeAt } from '../deploy/freezeAt.ts';
import { readDeployments } from '../deploy/readDeployments.ts';
import { readEnvironment, type ServiceState } from '../deploy/readEnvironment.ts';
import type { Ports } from '../ports/ports.ts';
import type { HalfDone } from '../release/halfDone.ts';
import type { Ledger } from '../release/ledger.ts';
import { currentLedger } from '../release/ledgerStore.ts';
import { pickServices } from '../workspace/findServices.ts';
import { noEnvironments } from './environments.ts';
import { halfDoneReleases, type SeenEnvironment } from './halfDoneReleases.ts';
import { infraRequest } from './infra.ts';
import { type ReleasedVersions, releasedVersions } from './releasedVersions.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';

export interface StatusCell {
  environment: string;
  /** Null: not deployed there. */
  version: string | null;
  /** When it was deployed, ISO 8601; null: not by a commit of shipyarn's. */
  since: string | null;
  /** What has a newer version: the environment before this one, or `released`; null: nothing has. */
  behind: string | null;
  held: { since: string; by: string; reason: string | null } | null;
}

export interface Status {
  schema: 1;
  environments: { name: string; repo: string; branch: string; commit: string; frozenUntil: string | null }[];
  services: { service: string; released: string | null; environments: StatusCell[] }[];
  /** Releases that a further `release` run will finish. */
  halfDone: HalfDone[];
}

/** Services × environments: what runs where and since when, and who is ahead of whom. */
export async function readStatus(
  ports: Ports,
  words: readonly string[],
  options: Pick<SurveyOptions, 'cwd' | 'configPath'>,
): Promise<Status> {
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const { environments } = survey.config;
  if (environments.length === 0) throw noEnvironments();
  const [released, ledger, ...columns] = await Promise.all([
    releasedVersions(ports, survey),
    readLedger(ports, survey),
    ...environments.map((environment) => readColumn(ports, survey, environment)),
  ]);
  const now = ports.clock.now();
  return {
    schema: 1,
    environments: columns.map(({ environment, url, branch, state }) => ({
      name: environment.name,
      repo: url,
      branch,
      commit: state.commit,
      frozenUntil: freezeAt(environment, now)?.until ?? null,
    })),
    services: pickServices(survey.services, words).map(({ name }) => row(name, released, columns)),
    halfDone: await halfDoneReleases(ports, survey, ledger, columns),
  };
}

/** The release branch's; empty where nothing was released from it. */
async function readLedger({ git }: Ports, { config }: Survey): Promise<Ledger> {
  const branch = config.branch ?? (await git.remote.defaultBranch());
  return (await currentLedger(git, branch)).ledger;
}

interface Column extends SeenEnvironment {
  url: string;
  branch: string;
}

async function readColumn(ports: Ports, survey: Survey, environment: Environment): Promise<Column> {
  const repo = await ports.openInfra(environment);
  const state = await readEnvironment(infraRequest(survey, environment, [], 'release'), repo);
  const running = state.services.filter(({ version }) => version !== null);
  const deployments = await readDeployments(repo, (known) =>
    running.every((service) => deploymentOf(known, environment.name, service) !== undefined),
  );
  return { environment, url: repo.url, branch: repo.branch, state, deployments };
}

function deploymentOf(
  deployments: readonly Deployment[],
  environment: string,
  { service, version }: Pick<ServiceState, 'service' | 'version'>,
): Deployment | undefined {
  return deployments.find(
    (each) => each.environment === environment && each.service === service && each.version === version,
  );
}

function row(
  service: string,
  released: ReleasedVersions,
  columns: readonly Column[],
): Status['services'][number] {
  const known = released.of(service).map(({ version }) => version);
  const newest = known.find((version) => semver.prerelease(version) === null) ?? known[0] ?? null;
  const cells: StatusCell[] = [];
  for (const column of columns) {
    const { name } = column.environment;
    const state = column.state.services.find((each) => each.service === service);
    const version = state?.version ?? null;
    const ahead = [...cells].reverse().find((cell) => isNewer(cell.version, version))?.environment;
    const { hold = null } = state ?? {};
    cells.push({
      environment: name,
      version,
      since: deploymentOf(column.deployments, name, { service, version })?.at ?? null,
      behind: ahead ?? (isNewer(newest, version) ? 'released' : null),
      held: hold && { since: hold.since, by: hold.by, reason: hold.reason ?? null },
    });
  }
  return { service, released: newest, environments: cells };
}

function isNewer(version: string | null, than: string | null): boolean {
  const [a, b] = [semver.parse(version), semver.parse(than)];
  return a !== null && b !== null && semver.gt(a, b);
}
