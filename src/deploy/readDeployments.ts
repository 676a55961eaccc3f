import type { InfraRepo } from '../ports/infraRepo.ts';
import { type Deployment, deploymentsIn } from './deployments.ts';

/** How deep the history is fetched, step by step, until it is enough; null: all of it. */
const depths = [200, 5_000, null] as const;

/**
 * Deployments of an infra repo, newest first, from its commits alone. Fetches more history until `isEnough`
 * says so or there is no more.
 */
export async function readDeployments(
  { git, fetchHistory }: Pick<InfraRepo, 'git' | 'fetchHistory'>,
  isEnough: (deployments: readonly Deployment[]) => boolean,
): Promise<Deployment[]> {
  let deployments: Deployment[] = [];
  for (const depth of depths) {
    const { tip, complete } = await fetchHistory(depth);
    deployments = deploymentsIn(await git.history.log(tip, [], { paths: false }));
    if (complete || isEnough(deployments)) break;
  }
  return deployments;
}
