import type { ConfigFile } from '../config/schema.ts';
import type { Config, Environment } from '../config/settings.ts';
import type { PlannedDeployment } from '../plan/releasePlan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import type { Report } from '../report/event.ts';
import type { WantedImage } from './findTagSites.ts';
import type { DeploymentMode, ServiceOutcome, VersionToLand } from './planDeployment.ts';

export interface DeploymentRequest {
  environment: Environment;
  /** The other environments on the same branch of the same repository. */
  siblings: readonly Environment[];
  versions: readonly VersionToLand[];
  mode: DeploymentMode;
  /** `infra` of the configuration: message, author, signing. */
  settings: ConfigFile['infra'];
  /** Services whose hold ends, by full name; `deploy` adds those it deploys. */
  lift?: readonly string[];
  /** Why a rollback is made: stands in the hold. */
  reason?: string | undefined;
  /** Deploy inside a freeze window too. */
  ignoreFreeze?: boolean;
  /** Every service, so that a pull request can keep what earlier runs proposed. Default: those of `versions`. */
  catalog?: readonly WantedImage[];
}

export interface DeploymentTools {
  repo: InfraRepo;
  clock: Clock;
  report: Report;
  /** The forge that the infra repo lives on; asked for only where the environment takes pull requests. */
  openForge?: () => Promise<Forge | null>;
}

export interface DeploymentResult extends PlannedDeployment {
  outcomes: ServiceOutcome[];
  /** Address of the request that carries the edits, where the environment takes requests. */
  pullRequest?: string;
}

/** The other environments on the same branch of the same repository. */
export function siblingsOf(
  { environments }: Pick<Config, 'environments'>,
  environment: Environment,
): Environment[] {
  return environments.filter(
    ({ name, repo, branch }) =>
      name !== environment.name && repo === environment.repo && branch === environment.branch,
  );
}
