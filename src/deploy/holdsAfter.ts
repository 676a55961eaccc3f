import type { Person } from '../ports/git.ts';
import type { DeploymentRequest } from './deploymentRequest.ts';
import { type Hold, holdOn } from './holds.ts';
import type { DeploymentPlan } from './planDeployment.ts';

/** The holds once a deployment is made: a rollback sets them, a deployment lifts those of what it deploys. */
export function holdsAfter(
  { environment, mode, lift = [], reason }: DeploymentRequest,
  holds: readonly Hold[],
  { outcomes }: DeploymentPlan,
  by: { person: Person; now: number },
): Hold[] {
  const placed = outcomes.filter(({ outcome }) => outcome === 'landed' || outcome === 'present');
  const lifted = mode === 'deploy' || mode === 'rollback' ? placed.map(({ service }) => service) : [];
  const kept = holds.filter(
    (hold) => hold.environment !== environment.name || ![...lift, ...lifted].includes(hold.service),
  );
  if (mode !== 'rollback') return kept;
  const added = placed.map(({ service, version }): Hold => {
    const before = holdOn(holds, service, environment.name);
    if (before?.version === version) return before;
    return {
      service,
      environment: environment.name,
      version,
      since: new Date(by.now).toISOString(),
      by: `${by.person.name} <${by.person.email}>`,
      ...(reason === undefined ? {} : { reason }),
    };
  });
  return [...kept, ...added];
}
