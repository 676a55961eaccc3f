import type { ServiceChange } from '../changes/serviceChange.ts';
import { channelOf } from '../config/channelOf.ts';
import { makePlan, type PlanQuestion } from '../plan/makePlan.ts';
import type { ReleasePlan } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import { inStage } from '../report/inStage.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

export interface PreviewOptions extends SurveyOptions {
  /** Leaves out identities and changelogs, which people do not look at. */
  brief?: boolean;
  /** False: what an incomplete clone lacks is a failure rather than fetched. Default true. */
  fetch?: boolean;
}

/** The plan of one state of the monorepo, without infra edits: what `affected` shows. */
export async function previewPlan(
  ports: Ports,
  { brief = false, ...options }: PreviewOptions,
): Promise<ReleasePlan> {
  const tags = ports.git.history.tags();
  tags.catch(() => undefined);
  const survey = await inStage(ports, 'workspace', () => surveyRepo(ports, options));
  const channel = channelOf(survey.config, survey.head.branch);
  const changes = await inStage(ports, 'changes', () =>
    surveyChanges(ports, survey, { ...options, channel, tags, identities: !brief }),
  );
  return inStage(ports, 'plan', () => planChanges(ports, survey, changes, { channel, changelogs: !brief }));
}

/** The stage `plan`: versions, changelogs and image references for what changed. */
export async function planChanges(
  ports: Ports,
  survey: Survey,
  changes: readonly ServiceChange[],
  options: { channel: string | null; changelogs?: boolean },
): Promise<ReleasePlan> {
  return makePlan(await planQuestion(ports, survey, changes, options));
}

/** The values that a plan is made of. */
export async function planQuestion(
  { git, clock }: Ports,
  { head, config, project }: Survey,
  changes: readonly ServiceChange[],
  options: { channel: string | null; changelogs?: boolean },
): Promise<PlanQuestion> {
  const { commit, branch, dirty } = head;
  return {
    head: { commit, branch, dirty },
    changes,
    config,
    // For the links of changelogs.
    remoteUrl: options.changelogs === false ? null : await git.remote.url().catch(() => null),
    now: clock.now(),
    root: git.history.root,
    workspaceNames: new Map([...project.workspaces.values()].map(({ path, name }) => [path, name])),
    ...options,
  };
}
