import { setTimeout as sleep } from 'node:timers/promises';
import { workFailure } from '../errors.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import type { DeploymentRequest, DeploymentResult, DeploymentTools } from './deploymentRequest.ts';
import { type InfraFiles, infraFilesOf } from './infraFiles.ts';
import { planAtTip } from './planAtTip.ts';
import type { DeploymentPlan } from './planDeployment.ts';
import { proposeDeployment } from './proposeDeployment.ts';
import { pushRefused, writeDeployment } from './writeDeployment.ts';

/** What a deployment would change at the newest commit of the infra repo. Writes nothing. */
export async function previewDeployment(
  request: DeploymentRequest,
  { repo, clock }: DeploymentTools,
): Promise<DeploymentResult> {
  const files = infraFilesOf(repo);
  const { plan } = await planAtTip(request, repo, files, clock.now(), { dryRun: true });
  return result(request, repo, plan);
}

/** Other writers get this long to let us through. Milliseconds. */
const patience = 5 * 60_000;
const longestPause = 1_500;

/**
 * Brings versions into one environment: one commit for all of them, pushed to the branch that is watched, or
 * carried by a pull request. Where another push came first, the edits are planned again on the new tip. Nothing
 * to change makes no commit. Rejects with an input failure before anything is changed (as `locateServices`,
 * `editScalars` and `readHolds` do), with `infra-push-refused`, `infra-no-access` or, after five minutes of lost
 * races, `infra-busy`.
 */
export async function deployToEnvironment(
  request: DeploymentRequest,
  tools: DeploymentTools,
): Promise<DeploymentResult> {
  const { repo, clock } = tools;
  const files = infraFilesOf(repo);
  const deadline = clock.now() + patience;
  const attempt = request.environment.pullRequest ? proposeDeployment : pushDeployment;
  for (let tries = 0; ; tries += 1) {
    const done = await attempt(request, tools, files);
    if (done !== 'lost-race') return { ...result(request, repo, done.plan), ...done.made };
    if (clock.now() > deadline) throw busy(repo);
    await sleep(Math.random() * Math.min(longestPause, 50 * 2 ** Math.min(tries, 10)));
  }
}

/** Searching more files than this is worth a word: `paths` would save most of it. */
const manyFiles = 1_000;

/** One try; what was made, if anything, beside what was planned. */
export type Attempt =
  | 'lost-race'
  | { plan: DeploymentPlan; made: Pick<DeploymentResult, 'commit' | 'pullRequest'> };

async function pushDeployment(
  request: DeploymentRequest,
  { repo, clock, report }: DeploymentTools,
  files: InfraFiles,
): Promise<Attempt> {
  const planned = await planAtTip(request, repo, files, clock.now(), { dryRun: false });
  if (planned.texts.size === 0) return { plan: planned.plan, made: {} };
  if (planned.searched > manyFiles && request.environment.paths === undefined) {
    const { name } = request.environment;
    const message = `${planned.searched} files of the infra repo were searched; \`environments.${name}.paths\` would fetch less.`;
    report({ kind: 'note', message });
  }
  const commit = await writeDeployment(request, repo, planned, clock.now());
  const pushed = await repo.git.remote.push([{ ref: `refs/heads/${repo.branch}`, oid: commit }]);
  if (!pushed.ok) {
    if (pushed.why === 'lost-race') return pushed.why;
    throw pushRefused(repo, repo.branch, pushed.output);
  }
  const detail = `${request.environment.name}: ${repo.url}#${commit.slice(0, 7)}`;
  report({ kind: 'effect', effect: 'infra-pushed', detail });
  return { plan: planned.plan, made: { commit } };
}

function result(request: DeploymentRequest, repo: InfraRepo, plan: DeploymentPlan): DeploymentResult {
  const { edits, outcomes } = plan;
  return { environment: request.environment.name, repo: repo.url, branch: repo.branch, edits, outcomes };
}

function busy(repo: InfraRepo): Error {
  return workFailure({
    reason: 'infra-busy',
    message: `The branch \`${repo.branch}\` of ${repo.url} kept moving for five minutes; nothing was pushed.`,
    hint: 'Run again: it continues.',
  });
}
