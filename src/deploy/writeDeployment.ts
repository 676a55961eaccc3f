import { Failure, workFailure } from '../errors.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import { deploymentMessage } from './deploymentMessage.ts';
import type { DeploymentRequest } from './deploymentRequest.ts';
import { infraAuthor } from './infraAuthor.ts';
import type { PlannedAtTip } from './planAtTip.ts';
import type { DeploymentPlan } from './planDeployment.ts';

/** Writes the commit that makes a plan true, upon the tip it was planned on; gives its id. Pushes nothing. */
export async function writeDeployment(
  request: DeploymentRequest,
  { git }: InfraRepo,
  { tip, plan, texts }: PlannedAtTip,
  now: number,
): Promise<string> {
  const changes = new Map<string, { oid: string } | null>();
  for (const [path, text] of texts) {
    changes.set(path, text === null ? null : { oid: await git.writer.writeBlob(Buffer.from(text)) });
  }
  const commit = {
    tree: await git.writer.writeTree(await git.history.treeOf(tip), changes),
    parents: [tip],
    message: messageOf(request, plan),
    author: await infraAuthor(request.settings, git.writer),
    at: Math.floor(now / 1000),
    sign: request.settings?.sign ?? false,
  };
  return git.writer.writeCommit(commit).catch((error) => {
    throw commit.sign ? notSigned(error) : error;
  });
}

function messageOf(
  { environment, versions, mode, settings, lift = [] }: DeploymentRequest,
  plan: DeploymentPlan,
) {
  const landed = plan.outcomes.filter(({ outcome }) => outcome === 'landed');
  if (landed.length === 0) {
    const held = new Set([...lift, ...versions.map(({ service }) => service)]);
    const verb = mode === 'rollback' && versions.length > 0 ? 'hold' : 'lift the hold on';
    return `chore(${environment.name}): ${verb} ${[...held].join(', ')}\n`;
  }
  const left = mode === 'rollback' ? landed.find(({ from }) => from !== null)?.from : null;
  const services = landed.map(({ service, version }) => {
    const { sourceCommit = null, digest } = versions.find((each) => each.service === service) ?? {};
    return { service, version, sourceCommit, digest };
  });
  return deploymentMessage(
    { environment: environment.name, services, ...(left ? { rollbackOf: left } : {}) },
    mode === 'rollback' ? undefined : settings?.message,
  );
}

function notSigned(error: unknown): unknown {
  if (!(error instanceof Failure) || error.reason !== 'process-failed') return error;
  return workFailure({
    reason: 'infra-not-signed',
    message: 'The infra commit could not be signed, so it was not made.',
    hint: "See that Git's `gpg.format` and `user.signingKey` are set for this user and the key is there, or drop `infra.sign`.",
    cause: error,
    ...(error.output === undefined ? {} : { output: error.output }),
  });
}

/** That the remote did not take a push, and not because somebody else was faster. */
export function pushRefused(repo: InfraRepo, branch: string, output: string): Error {
  if (/Permission denied|denied to|403|401|Authentication failed|read.?only/i.test(output)) {
    return workFailure({
      reason: 'infra-no-access',
      message: `This identity may not write to the infra repo ${repo.url}.`,
      hint: 'Give it write access, or use another key or token.',
      output,
    });
  }
  const barred = /protected|hook declined|GH006|not allowed|pull request/i.test(output);
  return workFailure({
    reason: 'infra-push-refused',
    message: `The infra repo ${repo.url} refused the push to \`${branch}\`.`,
    hint: barred
      ? 'The branch looks protected: let this identity push to it, or set `pullRequest: true` for the environment.'
      : 'Mend what it says, then run again: nothing was changed.',
    output,
  });
}
