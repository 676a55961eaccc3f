import { setTimeout as sleep } from 'node:timers/promises';
import { workFailure } from '../errors.ts';
import type { ReleasePlan } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import { isOvertaken, type RemoteState } from '../release/remoteState.ts';
import { skipsRelease } from '../release/skipsRelease.ts';
import { stopIfAsked } from '../release/stopIfAsked.ts';
import { inStage } from '../report/inStage.ts';
import { checkAccess } from './checkAccess.ts';
import { claimRelease } from './claimRelease.ts';
import { finishRelease } from './finishRelease.ts';
import { lookAtRelease } from './lookAtRelease.ts';
import { planRelease } from './planRelease.ts';
import { settleEarlier } from './settleEarlier.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';

export interface ReleaseOptions extends Pick<SurveyOptions, 'cwd' | 'configPath'> {
  /** Print the plan only. */
  dryRun: boolean;
  /** Bump the infra repos of automatic environments. */
  deploy: boolean;
  /** Release what can be built where something cannot. */
  keepGoing?: boolean;
  /** Release services that did not change, too: a newer base. */
  rebuild?: boolean;
  signal: AbortSignal;
}

/** How a release ended; all of these are answers, not errors. */
export type ReleaseOutcome =
  /** `failed`: services that could not be built and were left out (`keepGoing`). */
  | { kind: 'planned' | 'released' | 'nothing' | 'skipped'; plan: ReleasePlan; failed?: string[] }
  | { kind: 'overtaken'; by: string };

/** More lost claims than runs can be in flight on one branch: something refuses for another reason. */
const mostClaims = 200;

/**
 * A release from end to end, in the order in which every prefix is safe: images by identity → the claim →
 * version tags → forge releases → infra → the ledger's note (docs/lifecycle.md).
 */
export async function release(ports: Ports, options: ReleaseOptions): Promise<ReleaseOutcome> {
  const { signal, dryRun } = options;
  for (let attempt = 1; attempt <= mostClaims; attempt++) {
    const survey = await inStage(ports, 'workspace', () =>
      surveyRepo(ports, { ...options, worktree: false }),
    );
    stopIfAsked(signal);
    const seen = await lookAtRelease(ports, survey);
    if (await isOvertaken(ports.git, survey.head, seen)) return overtaken(ports, seen, options);

    const { remote, resumed } = dryRun
      ? { remote: seen, resumed: false }
      : await settleEarlier(ports, survey, seen, options);
    const skips = await skipsRelease(ports.git, survey.head.commit);
    const planned = await planRelease(ports, survey, remote, { ...options, skips, resumed });
    if (dryRun) return { kind: 'planned', plan: planned.plan };

    if (!planned.plan.services.some(({ affected }) => affected)) {
      const plan = await finish(ports, survey, remote, planned.plan, { ...options, ledger: seen.ledger });
      return { kind: skips ? 'skipped' : 'nothing', plan };
    }
    await checkAccess(ports, survey, planned.plan, options);
    stopIfAsked(signal);
    const claimed = await claimRelease(ports, survey, remote, planned, options);
    if (claimed !== 'lost') {
      const { ledger, services } = claimed;
      const plan = await finish(ports, survey, remote, claimed.plan, {
        ...options,
        ledger,
        claimed: services,
      });
      return { kind: 'released', plan, failed: claimed.failed };
    }
    ports.report({ kind: 'note', message: 'Another release was faster: planning again.' });
    await sleep(Math.random() * Math.min(1_000, 50 * attempt));
  }
  throw workFailure({
    reason: 'claim-starved',
    message: `The claim was lost ${mostClaims} times in a row.`,
    hint: 'Look at who moves refs/shipyarn/ on the remote, then run again.',
  });
}

async function finish(
  ports: Ports,
  survey: Survey,
  { branch }: RemoteState,
  plan: ReleasePlan,
  options: ReleaseOptions & Parameters<typeof finishRelease>[3],
): Promise<ReleasePlan> {
  stopIfAsked(options.signal);
  const deployments = await finishRelease(ports, survey, branch, options);
  return { ...plan, deployments };
}

/** A later commit is released. Where that run was ended before its last step, this one takes the rest over. */
async function overtaken(
  ports: Ports,
  { branch, ledger: { ledger } }: RemoteState,
  options: ReleaseOptions,
): Promise<ReleaseOutcome> {
  const halfDone = Object.values(ledger.services).some(({ published }) => !published);
  if (halfDone && !options.dryRun) {
    const survey = await surveyRepo(ports, { ...options, worktree: false, head: ledger.commit });
    await finishRelease(ports, survey, branch, options);
  }
  return { kind: 'overtaken', by: ledger.commit };
}
