import semver from 'semver';
import { inputFailure } from '../errors.ts';
import type { Forge } from '../ports/forge.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import { type DeployedService, parseDeploymentMessage } from './deploymentMessage.ts';
import type { DeploymentRequest, DeploymentTools } from './deploymentRequest.ts';
import type { Attempt } from './deployToEnvironment.ts';
import type { InfraFiles } from './infraFiles.ts';
import { planAtTip } from './planAtTip.ts';
import type { DeploymentPlan, VersionToLand } from './planDeployment.ts';
import { pullRequestText } from './pullRequestText.ts';
import { pushRefused, writeDeployment } from './writeDeployment.ts';

/**
 * One try to carry a deployment by the environment's pull request. The branch is always one commit upon the tip;
 * what it proposed before and has not landed yet stays in it. A rollback has a request of its own: nothing that
 * waits may ride along with it, or win over it.
 */
export async function proposeDeployment(
  request: DeploymentRequest,
  { repo, clock, report, openForge }: DeploymentTools,
  files: InfraFiles,
): Promise<Attempt> {
  const { environment } = request;
  const forge = (await openForge?.()) ?? null;
  if (forge === null) throw noForge(environment.name, repo.url);
  const settings = environment.pullRequest === true ? {} : environment.pullRequest || {};
  const rollsBack = request.mode === 'rollback';
  const head = `${settings.branch ?? `shipyarn/${environment.name}`}${rollsBack ? '-rollback' : ''}`;
  const proposed = await readProposal(repo, head);
  const versions = withProposed(request, proposed?.versions ?? []);
  const planned = await planAtTip({ ...request, versions }, repo, files, clock.now(), { dryRun: false });
  if (planned.texts.size === 0) return { plan: planned.plan, made: {} };
  const commit = await writeDeployment({ ...request, versions }, repo, planned, clock.now());
  if (proposed === null || !(await isSame(repo, commit, proposed.commit))) {
    const update = { ref: `refs/heads/${head}`, oid: commit, expected: proposed?.commit ?? null };
    const pushed = await repo.git.remote.push([update]);
    if (!pushed.ok && pushed.why === 'lost-race') return 'lost-race';
    if (!pushed.ok) throw pushRefused(repo, head, pushed.output);
  }
  const url = await putPullRequest(forge, { request, versions, plan: planned.plan, head, repo, report });
  return { plan: asProposed(planned.plan, url), made: { commit, pullRequest: url } };
}

interface Proposal {
  commit: string;
  versions: readonly DeployedService[];
}

/** What the branch of the request carries now; null where there is none. */
async function readProposal(repo: InfraRepo, head: string): Promise<Proposal | null> {
  const ref = `refs/heads/${head}`;
  const commit = (await repo.git.remote.listRefs([ref])).get(ref);
  if (commit === undefined) return null;
  await repo.git.remote.fetch([commit], { depth: 1, filter: 'tree:0' });
  const message = (await repo.git.objects.read(commit)).toString('utf8');
  return { commit, versions: parseDeploymentMessage(message)?.services ?? [] };
}

/** The versions asked for, and those proposed earlier for other services, or newer. */
function withProposed(request: DeploymentRequest, proposed: Proposal['versions']): VersionToLand[] {
  const asked = new Map(request.versions.map((version) => [version.service, version]));
  for (const { service, version, sourceCommit, digest } of proposed) {
    const known = asked.get(service);
    const image = (request.catalog ?? request.versions).find((each) => each.service === service);
    const newer = known === undefined || (request.mode !== 'rollback' && isNewer(version, known.version));
    if (image && newer)
      asked.set(service, { service, repository: image.repository, version, sourceCommit, digest });
  }
  return [...asked.values()];
}

function isNewer(version: string, than: string): boolean {
  const [a, b] = [semver.parse(version), semver.parse(than)];
  return a !== null && b !== null && semver.gt(a, b);
}

/** Whether two commits would bring the same files to the same parent. */
async function isSame(repo: InfraRepo, a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [a, b].map(async (oid) => (await repo.git.objects.read(oid)).toString('latin1')),
  );
  const links = (commit = '') =>
    commit
      .split('\n')
      .filter((line) => /^(tree|parent) /.test(line))
      .slice(0, 2);
  return links(one).join() === links(other).join();
}

async function putPullRequest(
  forge: Forge,
  made: {
    request: DeploymentRequest;
    versions: readonly VersionToLand[];
    plan: DeploymentPlan;
    head: string;
  } & Pick<DeploymentTools, 'repo' | 'report'>,
): Promise<string> {
  const { request, versions, plan, head, repo, report } = made;
  const { environment } = request;
  const text = pullRequestText(environment.name, versions, plan);
  const autoMerge = typeof environment.pullRequest === 'object' && environment.pullRequest.autoMerge === true;
  const { url, warning } = await forge.putPullRequest({ head, base: repo.branch, ...text, autoMerge });
  report({ kind: 'effect', effect: 'pull-request', detail: `${environment.name}: ${url}` });
  if (warning !== undefined) {
    report({ kind: 'warning', message: `${url} will not merge by itself: ${warning}` });
  }
  return url;
}

function asProposed(plan: DeploymentPlan, url: string): DeploymentPlan {
  const outcomes = plan.outcomes.map((each) =>
    each.outcome === 'landed' ? { ...each, outcome: 'proposed' as const, why: `waits in ${url}` } : each,
  );
  return { ...plan, outcomes };
}

function noForge(environment: string, url: string): Error {
  return inputFailure({
    reason: 'infra-forge-unknown',
    message: `Environment \`${environment}\` takes pull requests, but ${url} is on no forge that is known.`,
    hint: 'Say which with `forge: { kind: github|gitlab|gitea, api: … }` in shipyarn.yaml.',
  });
}
