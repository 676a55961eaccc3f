import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import type { Git, GitCommit, GitTag } from '../ports/git.ts';
import { identityScheme } from '../workspace/contents/contextIdentity.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { attributeCommits } from './attributeCommits.ts';
import { openBaselines } from './baseline.ts';
import { type CommitRanges, commitsSince } from './commitsSince.ts';
import { type Comparison, type ComparisonQuestion, compareService } from './compareService.ts';
import { firstReleases } from './firstReleases.ts';
import { fittingTags, lastReleases, type ReleaseTag, releaseTags } from './lastReleases.ts';
import { type LockfileEdits, lockfileEdits } from './lockfileEdits.ts';
import type { AttributedCommit, ServiceChange } from './serviceChange.ts';
import { serviceInputs } from './serviceInputs.ts';
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
  /** All tags of the repository, merged or not. */
  tags: readonly GitTag[];
  /** The configuration of another tree. */
  configAt(snapshot: Snapshot): Promise<Config>;
}

/**
 * What changed in each service since its last release, or since `since`. A service is affected where its
 * identity differs from the one it is compared with, or where it has no release yet. Rejects with input
 * failures where the head cannot be built, a revision is unknown, or tags cannot be told apart.
 */
export async function detectChanges(question: ChangesQuestion): Promise<ServiceChange[]> {
  const { git, head, project, services, config, tags, channel } = question;
  const since = await resolveSince(question);
  const tagged = releaseTags(tags, tagFormat(config, services));
  const last = await lastReleases(git, head.commit, tagged, { channel, scheme: identityScheme });
  const baselines = openBaselines(git, question, question.configAt);
  const thorough = question.thorough ?? false;
  const questions = services.map((service) => {
    const lastRelease = last.get(service.name) ?? null;
    const baseline = lastRelease === null ? null : baselines(since ?? lastRelease.commit);
    const released = since === null || lastRelease === null ? null : baselines(lastRelease.commit);
    const gitTag = since === null ? (lastRelease?.gitTag ?? null) : null;
    return { project, service, lastRelease, baseline, released, gitTag, thorough };
  });
  const comparing = Promise.all(questions.map((each) => compareService(each)));
  comparing.catch(() => undefined);
  // Git walks the history while contexts are compared.
  const range = await commitsSince(git, head.commit, await likelyStarts(questions));
  return withCommits(question, await comparing, { range, tagged });
}

/** Commits to list from: those of services that may be affected. */
async function likelyStarts(questions: readonly ComparisonQuestion[]): Promise<(string | null)[]> {
  const starts = await Promise.all(
    questions.map(async ({ service, lastRelease, baseline, thorough }) => {
      const isLikely = thorough || baseline === null || (await baseline.mayDiffer(service));
      return isLikely ? [lastRelease?.commit ?? null] : [];
    }),
  );
  return starts.flat();
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

async function withCommits(
  { git, channel, thorough }: ChangesQuestion,
  comparisons: readonly Comparison[],
  { range, tagged }: { range: CommitRanges; tagged: ReadonlyMap<string, readonly ReleaseTag[]> },
): Promise<ServiceChange[]> {
  const told = new Set(comparisons.filter(({ affected }) => affected || thorough));
  const edits = lockfileEdits(git);
  const commitsOf = async (comparison: Comparison, others: readonly ReleaseTag[]) => {
    const commits = range(comparison.lastRelease?.commit ?? null);
    return withReleases(await attributed(comparison, commits, edits), commits, others);
  };
  return Promise.all(
    comparisons.map(async (comparison) => {
      const { service, lastRelease, since, identity, reasons, after, warnings } = comparison;
      const known = tagged.get(service.name) ?? [];
      const others = fittingTags(known, channel).filter(({ version }) => version !== lastRelease?.version);
      return {
        service,
        lastRelease,
        since,
        identity,
        affected: comparison.affected,
        reasons,
        commits: told.has(comparison) ? await commitsOf(comparison, others) : [],
        takenVersions: new Set(known.map(({ version }) => version)),
        contents: async () => (await after()).contents,
        warnings,
      };
    }),
  );
}

/** Marks the commits that another release holds already; most often no such release is in the range. */
function withReleases(
  attributed: readonly AttributedCommit[],
  range: readonly GitCommit[],
  others: readonly ReleaseTag[],
): readonly AttributedCommit[] {
  const hashes = new Set(others.map(({ gitTag }) => gitTag.commit));
  if (!range.some(({ hash }) => hashes.has(hash))) return attributed;
  const releases = others.map(({ version, gitTag }) => ({ version, commit: gitTag.commit }));
  const owners = firstReleases(range, releases);
  return attributed.map((each) => {
    const release = owners.get(each.commit.hash)?.version;
    return release === undefined ? each : { ...each, release };
  });
}

async function attributed(
  { before, after, reasons }: Comparison,
  commits: readonly GitCommit[],
  edits: LockfileEdits,
): Promise<AttributedCommit[]> {
  const sides = [await after(), ...(before === null ? [] : [before])] as const;
  const settingsCount = reasons.some(({ kind }) => kind === 'config' || kind === 'base');
  return attributeCommits(commits, await serviceInputs(sides, edits, { settingsCount }));
}
