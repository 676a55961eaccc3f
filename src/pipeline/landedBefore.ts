import { readDeployments } from '../deploy/readDeployments.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import type { LedgerDeployment } from '../release/ledger.ts';

/**
 * Which of these versions the infra repo's newest commits brought to an environment, by service: landed by a run
 * that was ended before it could note so. They are not made again, even where a person has reverted them since.
 */
export async function landedBefore(
  repo: InfraRepo,
  environment: string,
  versions: readonly { service: string; version: string }[],
): Promise<Record<string, LedgerDeployment>> {
  if (versions.length === 0) return {};
  const deployments = await readDeployments(repo, () => true);
  return Object.fromEntries(
    versions.flatMap(({ service, version }) => {
      const found = deployments.find(
        (each) => each.environment === environment && each.service === service && each.version === version,
      );
      return found === undefined ? [] : [[service, { version, commit: found.commit }]];
    }),
  );
}
