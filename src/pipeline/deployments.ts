import semver from 'semver';
import type { Environment } from '../config/settings.ts';
import type { DeploymentResult } from '../deploy/deploymentRequest.ts';
import { deployToEnvironment, previewDeployment } from '../deploy/deployToEnvironment.ts';
import type { VersionToLand } from '../deploy/planDeployment.ts';
import { ownValue } from '../ownValue.ts';
import { repositoryOf } from '../plan/imageReference.ts';
import type { PlannedDeployment, ReleasePlan } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import { type Ledger, lastLanded } from '../release/ledger.ts';
import type { Service } from '../workspace/service.ts';
import { infraRequest, infraTools } from './infra.ts';
import { landedBefore } from './landedBefore.ts';
import { releasedVersions } from './releasedVersions.ts';
import type { Survey } from './survey.ts';

/** A release that automatic environments should run. */
interface Wanted {
  version: string;
  commit: string;
  identity: string;
  digest?: string;
}

/** What a release would change in each automatic environment, at the newest infra commits. Writes nothing. */
export async function planDeployments(
  ports: Ports,
  survey: Survey,
  plan: ReleasePlan,
  ledger: Ledger,
): Promise<PlannedDeployment[]> {
  const wanted = new Map<string, Wanted>(Object.entries(ledger.services));
  for (const { name, nextVersion, identity } of plan.services) {
    if (nextVersion !== null) wanted.set(name, { version: nextVersion, commit: plan.head.commit, identity });
  }
  const deployments = automaticEnvironments(survey).map(async (environment) => {
    const versions = versionsToLand(survey, environment, wanted, ledger);
    const request = infraRequest(survey, environment, versions, 'release');
    return toPlanned(await previewDeployment(request, await infraTools(ports, survey.config, environment)));
  });
  return Promise.all(deployments);
}

export interface Landing {
  deployments: PlannedDeployment[];
  /** By environment, then service: what runs there now. */
  landed: Ledger['environments'];
  /** At most one: what keeps one environment keeps those after it. */
  failures: unknown[];
}

/** What there is to land. */
export interface ToLand {
  ledger: Ledger;
  /** Published just now, and not noted yet: service → version. */
  published: Readonly<Record<string, string>>;
  /** Services that this very run has claimed. */
  claimed: ReadonlySet<string>;
}

/**
 * Brings every release of the ledger that is published and has not landed yet to the automatic environments, one
 * after the other.
 */
export async function landDeployments(ports: Ports, survey: Survey, toLand: ToLand): Promise<Landing> {
  const { ledger, published } = toLand;
  const landing: Landing = { deployments: [], landed: {}, failures: [] };
  const releases = Object.entries(ledger.services).filter(
    ([name, release]) => release.published || ownValue(published, name) === release.version,
  );
  try {
    for (const environment of automaticEnvironments(survey)) {
      const versions = versionsToLand(survey, environment, new Map<string, Wanted>(releases), ledger);
      if (versions.length > 0) await landIn(environment, versions, { ports, survey, toLand, landing });
    }
  } catch (error) {
    landing.failures.push(error);
  }
  return landing;
}

async function landIn(
  environment: Environment,
  versions: readonly VersionToLand[],
  { ports, survey, toLand, landing }: { ports: Ports; survey: Survey; toLand: ToLand; landing: Landing },
): Promise<void> {
  const tools = await infraTools(ports, survey.config, environment);
  const resumed = versions.filter(({ service }) => !toLand.claimed.has(service));
  const landed = await landedBefore(tools.repo, environment.name, resumed);
  landing.landed[environment.name] = landed;
  const missing = versions.filter(({ service }) => ownValue(landed, service) === undefined);
  if (missing.length === 0) return;
  const described = environment.pullRequest ? await withNotes(ports, survey, missing) : missing;
  const result = await deployToEnvironment(infraRequest(survey, environment, described, 'release'), tools);
  landing.deployments.push(toPlanned(result));
  Object.assign(landed, landedIn(result));
  reportPassedOver(ports, result);
}

/** The changelogs, from the releases' tags: a later run has no plan to take them from. */
async function withNotes(ports: Ports, survey: Survey, versions: readonly VersionToLand[]) {
  const released = await releasedVersions(ports, survey);
  return Promise.all(
    versions.map(async (version) => {
      const service = survey.services.find(({ name }) => name === version.service);
      const notes = service && (await released.describe(service, version.version)).notes;
      return { ...version, notes };
    }),
  );
}

/** Those that a release bumps by itself, in order of promotion. */
export function automaticEnvironments({ config }: Pick<Survey, 'config'>): Environment[] {
  return config.environments.filter(({ deploy }) => deploy !== 'manual');
}

/** Releases of services that exist here and are newer than what has landed: what landed once is not made again. */
function versionsToLand(
  { services, config }: Survey,
  environment: Environment,
  wanted: ReadonlyMap<string, Wanted>,
  ledger: Ledger,
): VersionToLand[] {
  return services.flatMap((service) => {
    const release = wanted.get(service.name);
    const landed = lastLanded(ledger, environment.name, service.name);
    if (release === undefined) return [];
    if (landed !== undefined && !semver.gt(release.version, landed.version)) return [];
    return [toVersion(service, release, config)];
  });
}

function toVersion(service: Service, release: Wanted, config: Survey['config']): VersionToLand {
  return {
    service: service.name,
    repository: repositoryOf(service, config),
    version: release.version,
    sourceCommit: release.commit,
    ...(release.digest === undefined ? {} : { digest: release.digest }),
  };
}

function toPlanned({ outcomes: _, ...deployment }: DeploymentResult): PlannedDeployment {
  return deployment;
}

/** Held and frozen services wait: they have not landed, and a later run applies them. */
function landedIn(result: DeploymentResult): Ledger['environments'][string] {
  const done = result.outcomes.filter(({ outcome }) => outcome !== 'held' && outcome !== 'frozen');
  return Object.fromEntries(
    done.map(({ service, version, outcome }) => [
      service,
      { version, commit: outcome === 'landed' ? (result.commit ?? null) : null },
    ]),
  );
}

function reportPassedOver({ report }: Ports, { environment, outcomes }: DeploymentResult): void {
  for (const { service, version, why } of outcomes) {
    if (why !== undefined)
      report({ kind: 'warning', service, message: `${version} in ${environment}: ${why}` });
  }
}
