import semver from 'semver';
import type { Environment } from '../config/settings.ts';
import type { Deployment } from '../deploy/deployments.ts';
import { freezeAt } from '../deploy/freezeAt.ts';
import type { EnvironmentState } from '../deploy/readEnvironment.ts';
import { isPublished } from '../image/publishImage.ts';
import type { Ports } from '../ports/ports.ts';
import { type HalfDone, halfDone, type StepLeft } from '../release/halfDone.ts';
import type { Ledger, LedgerRelease } from '../release/ledger.ts';
import { openRegistries, releaseForge } from '../release/publishReleases.ts';
import { automaticEnvironments } from './deployments.ts';
import type { Survey } from './survey.ts';

/** An environment as it is. */
export interface SeenEnvironment {
  environment: Environment;
  state: EnvironmentState;
  deployments: readonly Deployment[];
}

/**
 * Releases that stand half-done and what is really missing of each: the ledger says what no run has noted, and
 * registries, forge and infra repos what was done all the same. Where one cannot be asked, its step counts as left.
 */
export async function halfDoneReleases(
  ports: Ports,
  survey: Survey,
  ledger: Ledger,
  environments: readonly SeenEnvironment[],
): Promise<HalfDone[]> {
  const { config } = survey;
  const automatic = automaticEnvironments(survey).map(({ name }) => name);
  const announces = config.file.changelog?.releaseNotes === true;
  const byLedger = halfDone(ledger, automatic, announces);
  return Promise.all(
    byLedger.map(async (each) => {
      const release = ledger.services[each.service] as LedgerRelease;
      const seen = await Promise.all(
        each.left.map((step) => stillLeft(ports, survey, step, { ...each, release, environments })),
      );
      const left = seen.flatMap((step) => (step === null ? [] : [step]));
      return { ...each, left: left.length > 0 ? left : [{ step: 'note' as const }] };
    }),
  );
}

interface Seen {
  service: string;
  release: LedgerRelease;
  environments: readonly SeenEnvironment[];
}

/** The step, with what it waits for; null: it is done. */
async function stillLeft(
  ports: Ports,
  { config }: Survey,
  step: StepLeft,
  { service, release, environments }: Seen,
): Promise<StepLeft | null> {
  if (step.step === 'publish') {
    const published = openRegistries(ports, config).then(({ first, mirrors }) =>
      isPublished(release, first, mirrors),
    );
    return (await published.catch(() => false)) ? null : step;
  }
  if (step.step === 'announce') {
    const announced = releaseForge(ports, config).then((forge) => forge?.hasRelease(release.gitTag) ?? true);
    return (await announced.catch(() => false)) ? null : step;
  }
  if (step.step === 'note') return step;
  const seen = environments.find(({ environment }) => environment.name === step.environment);
  return seen === undefined ? step : deployLeft(step, service, release, seen, ports.clock.now());
}

function deployLeft(
  step: StepLeft & { step: 'deploy' },
  service: string,
  { version, published }: LedgerRelease,
  { environment, state, deployments }: SeenEnvironment,
  now: number,
): StepLeft | null {
  const there = state.services.find((each) => each.service === service);
  const runs = semver.parse(there?.version ?? null);
  if (runs !== null && semver.gte(runs, version)) return null;
  const isDeployed = deployments.some(
    (each) => each.environment === environment.name && each.service === service && each.version === version,
  );
  // What has landed once is not made again (`landedBefore`): a person has reverted it since.
  if (isDeployed && !published) return null;
  if (there?.hold) return { ...step, waits: 'held' };
  return freezeAt(environment, now) === null ? step : { ...step, waits: 'frozen' };
}
