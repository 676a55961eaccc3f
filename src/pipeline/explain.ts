import { changedPaths } from '../changes/changedPaths.ts';
import type { AttributedCommit, InputPart, ServiceChange } from '../changes/serviceChange.ts';
import { channelOf } from '../config/channelOf.ts';
import { bumpOfChange } from '../plan/bump.ts';
import { commitReader, type ParsedCommit } from '../plan/commits/parseCommit.ts';
import { commitCounter } from '../plan/countedCommits.ts';
import { isReleaseCommit } from '../plan/releaseCommit.ts';
import type { Bump, PlannedService } from '../plan/releasePlan.ts';
import type { Ports } from '../ports/ports.ts';
import { serviceClosure } from '../workspace/closure.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { pickServices } from '../workspace/findServices.ts';
import { planChanges } from './plan.ts';
import { type Survey, type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

/** How one commit was read and what it counts for. */
export interface ExplainedCommit {
  hash: string;
  header: string;
  /** As parsed; a squashed commit holds several changes. */
  changes: { type: string | null; scope: string | null; subject: string; breaking: boolean; bump: Bump }[];
  /** Parts of the service that it touched. */
  parts: readonly InputPart[];
  /** Why it does not count; null: it does. */
  leftOut: string | null;
  problems: readonly string[];
}

/** A changed file of the service's workspaces that is not in the image. */
interface IgnoredPath {
  path: string;
  /** `.dockerignore:3: docs`. */
  rule: string;
}

/** All there is to say of one service. */
export interface Explanation {
  service: PlannedService;
  commits: ExplainedCommit[];
  ignored: IgnoredPath[];
}

/** Why a service is affected or not: every reason, commit and ignored file since it was compared. */
export async function explainService(
  ports: Ports,
  word: string,
  options: SurveyOptions & { fetch?: boolean },
): Promise<Explanation> {
  const survey = await surveyRepo(ports, options);
  const services = pickServices(survey.services, [word]);
  const channel = channelOf(survey.config, survey.head.branch);
  const one = { ...survey, services };
  const [change] = await surveyChanges(ports, one, { ...options, channel, thorough: true });
  if (change === undefined) throw new Error(`no change of ${word}`);
  const plan = await planChanges(ports, one, [change], { channel, changelogs: false });
  return {
    service: plan.services[0] as PlannedService,
    commits: explainCommits(change, survey),
    ignored: await ignoredPaths(ports, one, change),
  };
}

function explainCommits({ commits }: ServiceChange, { config }: Survey): ExplainedCommit[] {
  const read = commitReader({ types: Object.keys(config.file.bumps ?? {}) });
  const counted = new Set(commitCounter(config)(commits).map(({ parsed }) => parsed.commit.hash));
  return commits.map(({ commit, parts }) => {
    const parsed = read(commit);
    return {
      hash: commit.hash,
      header: parsed.header,
      changes: parsed.changes.map((change) => ({
        type: change.type,
        scope: change.scope,
        subject: change.subject,
        breaking: change.breaking.length > 0,
        bump: bumpOfChange(change, config.file.bumps),
      })),
      parts,
      leftOut: counted.has(commit.hash) ? null : whyLeftOut(parsed, commit),
      problems: parsed.problems,
    };
  });
}

function whyLeftOut({ header, reverts }: ParsedCommit, { parents }: AttributedCommit['commit']): string {
  if (isReleaseCommit(header)) return 'a release commit';
  if (parents.length > 1) return 'a merge, whose commits count themselves';
  return reverts === null ? 'it was reverted' : 'it reverts a commit since the release';
}

/** Changed files in the workspaces of the service that its context leaves out, each with the rule. */
async function ignoredPaths(
  { git }: Ports,
  { project }: Survey,
  change: ServiceChange,
): Promise<IgnoredPath[]> {
  if (change.since === null) return [];
  const { service } = change;
  const before = await git.history.treeOf(change.since.commit);
  const changed = await changedPaths(git.objects, before, project.snapshot.tree);
  const folders = serviceClosure(project, service, 'build').workspaces.map(({ path }) => `${path}/`);
  const contents = await change.contents();
  const rules = await readIgnoreRules(project.snapshot, service, contents.dockerfile.origin);
  return changed.flatMap((path) => {
    if (!folders.some((folder) => path.startsWith(folder))) return [];
    const builtin = /(^|\/)CHANGELOG\.md$/.test(path) ? 'changelogs are in no image' : null;
    const rule = builtin ?? rules.ruleFor(path);
    return rule === null ? [] : [{ path, rule }];
  });
}
