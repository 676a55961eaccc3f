import type { Git, GitCommit } from '../ports/git.ts';

/** The commits since a starting point; null stands for the beginning. */
export type CommitRanges = (start: string | null) => readonly GitCommit[];

/**
 * For each of several starting points the commits that `head` has and it has not, children before parents.
 * One walk through the history, however many starting points there are.
 */
export async function commitsSince(
  { history }: Pick<Git, 'history'>,
  head: string,
  starts: readonly (string | null)[],
): Promise<CommitRanges> {
  const distinct = [...new Set(starts)];
  if (distinct.length === 0) return () => [];
  const known = distinct.filter((start) => start !== null);
  const shared = known.length < distinct.length ? [] : await history.commonAncestors(known);
  const commits = await history.log(head, shared);
  const byHash = new Map(commits.map((commit) => [commit.hash, commit]));
  const ranges = new Map<string | null, readonly GitCommit[]>();
  return (start) => {
    const range = ranges.get(start) ?? without(commits, start, byHash);
    ranges.set(start, range);
    return range;
  };
}

/** The listed commits but `start` and those it descends from. */
function without(
  commits: readonly GitCommit[],
  start: string | null,
  byHash: ReadonlyMap<string, GitCommit>,
): readonly GitCommit[] {
  if (start === null) return commits;
  const excluded = new Set([start]);
  const pending = [start];
  for (let hash = pending.pop(); hash !== undefined; hash = pending.pop()) {
    for (const parent of byHash.get(hash)?.parents ?? []) {
      if (excluded.has(parent)) continue;
      excluded.add(parent);
      pending.push(parent);
    }
  }
  return commits.filter(({ hash }) => !excluded.has(hash));
}
