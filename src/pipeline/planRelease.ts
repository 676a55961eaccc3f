import type { ServiceChange } from '../changes/serviceChange.ts';
import type { ReleasePlan } from '../plan/releasePlan.ts';
import { tagEventsNotice } from '../plan/tagEventsNotice.ts';
import type { Ports } from '../ports/ports.ts';
import type { RemoteState } from '../release/remoteState.ts';
import { inStage } from '../report/inStage.ts';
import { planDeployments } from './deployments.ts';
import { planChanges } from './plan.ts';
import type { Survey } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface PlannedRelease {
  changes: ServiceChange[];
  plan: ReleasePlan;
}

export interface PlanReleaseOptions {
  deploy: boolean;
  rebuild?: boolean;
  /** The commit asks for no release. */
  skips: boolean;
  /** The release of this commit stood half-done: a rebuild that was begun is not begun again. */
  resumed: boolean;
}

/** Decides everything, down to the infra edits, before the first effect. */
export async function planRelease(
  ports: Ports,
  survey: Survey,
  remote: RemoteState,
  options: PlanReleaseOptions,
): Promise<PlannedRelease> {
  const channel = survey.config.channels[remote.branch] ?? null;
  const found = await inStage(ports, 'changes', () =>
    surveyChanges(ports, survey, { channel, tags: Promise.resolve(remote.tags) }),
  );
  const changes = found.map((change) => chosen(change, options));
  return inStage(ports, 'plan', async () => {
    const plan = await planChanges(ports, survey, changes, { channel });
    const remoteUrl = await ports.git.remote.url();
    const notice = tagEventsNotice(plan, { config: survey.config, remoteUrl, branch: remote.branch });
    if (notice !== null) ports.report({ kind: 'warning', message: notice });
    const deployments = options.deploy
      ? await planDeployments(ports, survey, plan, remote.ledger.ledger)
      : null;
    return { changes, plan: { ...plan, deployments } };
  });
}

function chosen(change: ServiceChange, { rebuild, skips, resumed }: PlanReleaseOptions): ServiceChange {
  if (skips) return { ...change, affected: false, reasons: [] };
  if (!rebuild || resumed || change.affected) return change;
  return { ...change, affected: true, reasons: [{ kind: 'base' }] };
}
