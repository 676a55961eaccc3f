import { workFailure } from '../errors.ts';
import { makeBaseline } from '../plan/makeBaseline.ts';
import { tagMessage } from '../plan/tagMessage.ts';
import type { Ports } from '../ports/ports.ts';
import { claimBaseline } from '../release/claimBaseline.ts';
import { isOvertaken } from '../release/remoteState.ts';
import { identityScheme } from '../workspace/contents/contextIdentity.ts';
import { lookAtRelease } from './lookAtRelease.ts';
import { planQuestion } from './plan.ts';
import type { ReleaseOutcome } from './release.ts';
import { type SurveyOptions, surveyRepo } from './survey.ts';
import { surveyChanges } from './surveyChanges.ts';

/**
 * Gives every service without a release a first version at HEAD, by its tag alone: nothing is built, pushed to a
 * registry or deployed. From there on a service is released when it differs from what HEAD holds.
 */
export async function releaseBaseline(
  ports: Ports,
  options: Pick<SurveyOptions, 'cwd' | 'configPath'> & { dryRun: boolean },
): Promise<ReleaseOutcome> {
  const { git, clock, report } = ports;
  const survey = await surveyRepo(ports, { ...options, worktree: false });
  const remote = await lookAtRelease(ports, survey);
  if (await isOvertaken(git, survey.head, remote)) {
    return { kind: 'overtaken', by: remote.ledger.ledger.commit };
  }
  const channel = survey.config.channels[remote.branch] ?? null;
  const changes = await surveyChanges(ports, survey, { channel, tags: Promise.resolve(remote.tags) });
  const plan = await makeBaseline(await planQuestion(ports, survey, changes, { channel }));
  const { commit } = survey.head;
  const tags = plan.services.flatMap(({ name, gitTag, nextVersion, identity, changelog }) => {
    if (gitTag === null || nextVersion === null) return [];
    const released = { service: name, version: nextVersion, identity, scheme: identityScheme, image: null };
    return [{ name: gitTag, commit, message: tagMessage(changelog, { ...released, sourceCommit: commit }) }];
  });
  if (options.dryRun) return { kind: 'planned', plan };
  if (tags.length === 0) return { kind: 'nothing', plan };
  const result = await claimBaseline(git, clock, remote, commit, tags);
  if (!result.ok) {
    throw workFailure({
      reason: 'baseline-refused',
      message: `The remote ${await git.remote.url()} did not take the baseline's tags.`,
      hint: 'Another run may have been faster, or this identity may not push tags and refs/shipyarn/: run again.',
      output: result.output,
    });
  }
  await git.remote.fetch(tags.map(({ name }) => `refs/tags/${name}:refs/tags/${name}`));
  for (const { name } of tags) report({ kind: 'effect', effect: 'claim-pushed', detail: name });
  return { kind: 'released', plan };
}
