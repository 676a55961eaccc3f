import { oncePer } from '../oncePer.ts';
import type { GitCommit } from '../ports/git.ts';
import { attributeCommits } from './attributeCommits.ts';
import { type CommitRanges, commitsSince } from './commitsSince.ts';
import { type Comparison, type ComparisonQuestion, compareService } from './compareService.ts';
import { firstReleases } from './firstReleases.ts';
import { type LockfileEdits, lockfileEdits } from './lockfileEdits.ts';
import { type ChangesQuestion, openQuestions } from './openQuestions.ts';
import { fittingTags, type ReleaseTag, type ReleaseTags } from './releaseTags.ts';
import type { AttributedCommit, ServiceChange } from './serviceChange.ts';
import { serviceInputs } from './serviceInputs.ts';
import type { ServiceView } from './serviceView.ts';

/**
 * What changed in each service since its last release, or since `since`. A service is affected where its
 * identity differs from the one it is compared with, or where it has no release yet. Rejects with input
 * failures where the head cannot be built (as far as it is looked at, without identities), a revision is unknown, or tags
 * cannot be told apart.
 */
export async function detectChanges(question: ChangesQuestion): Promise<ServiceChange[]> {
  const { git, head, identities = true } = question;
  const { questions, tagged } = await openQuestions(question);
  const comparing = Promise.all(questions.map((each) => compareService(each)));
  comparing.catch(() => undefined);
  // Git walks the history while contexts are compared.
  const range = await commitsSince(git, head.commit, await likelyStarts(questions));
  const comparisons = await comparing;
  const identify = identities ? await identifier(comparisons) : () => notAsked();
  return withCommits(question, comparisons, { range, tagged, identify });
}

type Identify = (comparison: Comparison) => string;

async function identifier(comparisons: readonly Comparison[]): Promise<Identify> {
  const described = comparisons.filter(({ identity }) => identity === null);
  const sides = await Promise.all(described.map(({ after }) => after()));
  const byComparison = new Map(described.map((comparison, index) => [comparison, sides[index]]));
  return (comparison) => comparison.identity ?? byComparison.get(comparison)?.contents.identity ?? notAsked();
}

function notAsked(): never {
  throw new Error('identities were not asked for');
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

async function withCommits(
  { git, channel, thorough, tags }: ChangesQuestion,
  comparisons: readonly Comparison[],
  { range, tagged, identify }: { range: CommitRanges; tagged: ReleaseTags; identify: Identify },
): Promise<ServiceChange[]> {
  const told = new Set(comparisons.filter(({ affected }) => affected || thorough));
  const edits = lockfileEdits(git);
  const commitsOf = async (comparison: Comparison) => {
    const { service, lastRelease } = comparison;
    const commits = range(lastRelease?.commit ?? null);
    const found = await attributed(comparison, commits, edits);
    // Most often no other release is in the range.
    if (!commits.some(({ hash }) => tags.leadTo(hash))) return found;
    const fitting = fittingTags(tagged.of(service.name), channel);
    return withReleases(
      found,
      commits,
      fitting.filter(({ version }) => version !== lastRelease?.version),
    );
  };
  return Promise.all(
    comparisons.map(async (comparison) => {
      const { service, lastRelease, since, reasons, after, warnings } = comparison;
      return {
        service,
        lastRelease,
        since,
        identity: () => identify(comparison),
        affected: comparison.affected,
        reasons: reasons(),
        commits: told.has(comparison) ? await commitsOf(comparison) : [],
        takenVersions: tagged.takenBy(service.name),
        contents: async () => (await after()).contents,
        warnings,
      };
    }),
  );
}

/** Marks the commits that another release holds already. */
function withReleases(
  attributed: readonly AttributedCommit[],
  range: readonly GitCommit[],
  others: readonly ReleaseTag[],
): readonly AttributedCommit[] {
  const releases = others.map(({ version, gitTag }) => ({ version, commit: gitTag.commit }));
  const owners = firstReleases(range, releases);
  return attributed.map((each) => {
    const release = owners.get(each.commit.hash)?.version;
    return release === undefined ? each : { ...each, release };
  });
}

async function attributed(
  comparison: Comparison,
  commits: readonly GitCommit[],
  edits: LockfileEdits,
): Promise<AttributedCommit[]> {
  const sides = await viewsFor(comparison, pathsOf(commits));
  const settingsCount = comparison.reasons().some(({ kind }) => kind === 'config' || kind === 'base');
  return attributeCommits(commits, await serviceInputs(sides, edits, { settingsCount }));
}

/** The sides that differ, newest first, as far described as these paths need it. */
async function viewsFor(
  { before, after, outlines }: Comparison,
  paths: readonly string[],
): Promise<readonly [ServiceView, ...ServiceView[]]> {
  const [first, ...others] = outlines;
  if (first !== undefined && outlines.every((outline) => outline.tells(paths))) return [first, ...others];
  const old = await before();
  return old === null ? [await after()] : [await after(), old];
}

/** Services of the same release have the same commits. */
const pathsOf = oncePer((commits: readonly GitCommit[]) => commits.flatMap(({ paths }) => paths));
