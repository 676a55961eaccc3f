import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import type { Git } from '../ports/git.ts';
import type { GitTags } from '../ports/gitTags.ts';
import { identityScheme } from '../workspace/contents/contextIdentity.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { openBaselines } from './baseline.ts';
import type { ComparisonQuestion } from './compareService.ts';
import { lastReleases } from './lastReleases.ts';
import { releaseTags } from './releaseTags.ts';
import { tagFormat } from './tagFormat.ts';

export interface ChangesQuestion {
  git: Pick<Git, 'objects' | 'history'>;
  head: { commit: string };
  /** The tree to look at, which is the head commit's or that of the working directory. */
  project: Project;
  config: Config;
  services: readonly Service[];
  /** Compare with this revision instead of each service's last release. */
  since?: string | undefined;
  /** Prerelease channel whose releases count beside stable ones; null: only stable ones. */
  channel: string | null;
  /** Compare contexts and attribute commits even where changed paths show that nothing differs. */
  thorough?: boolean | undefined;
  /**
   * False: nobody asks for identities, and a context is described only where changed paths do not tell what is asked. What
   * else is wrong in it is then not looked for. Default true.
   */
  identities?: boolean | undefined;
  /** All tags of the repository, merged or not. */
  tags: GitTags;
  /** The configuration of another tree. */
  configAt(snapshot: Snapshot): Promise<Config>;
}

/**
 * What each service is compared with, and all release tags by service. `records: false` leaves those identities out that
 * stand in tags.
 */
export async function openQuestions(question: ChangesQuestion, { records = true } = {}) {
  const { identities = true, git, head, project, services, config, tags, channel } = question;
  const since = await resolveSince(question);
  const tagged = releaseTags(tags, tagFormat(config, services));
  const scheme = records ? identityScheme : null;
  const last = await lastReleases(git, head.commit, tagged, { services, channel, scheme });
  const baselines = openBaselines(git, question, question.configAt);
  const thorough = question.thorough ?? false;
  const questions = services.map((service): ComparisonQuestion => {
    const lastRelease = last.get(service.name) ?? null;
    const baseline = lastRelease === null ? null : baselines(since ?? lastRelease.commit);
    const released = since === null || lastRelease === null ? null : baselines(lastRelease.commit);
    const gitTag = since === null ? (lastRelease?.gitTag ?? null) : null;
    return { project, service, lastRelease, baseline, released, gitTag, thorough, identities };
  });
  return { questions, tagged };
}

async function resolveSince({ git, since }: ChangesQuestion): Promise<string | null> {
  if (since === undefined) return null;
  const commit = await git.history.resolveCommit(since);
  if (commit !== null) return commit;
  throw inputFailure({
    reason: 'unknown-revision',
    message: `\`--since ${since}\` is no commit of this repository.`,
    hint: `Fetch it first, for instance \`git fetch origin ${since}\`.`,
  });
}
