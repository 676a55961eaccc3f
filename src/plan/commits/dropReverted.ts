import type { ParsedCommit } from './parseCommit.ts';
import type { RevertTarget } from './revertTarget.ts';

/**
 * The commits that still count, newest first as given: a revert and what it takes back cancel each other where
 * both are among `commits`; a revert of something older stays. A revert that is itself reverted has no effect.
 */
export function dropReverted(commits: readonly ParsedCommit[]): ParsedCommit[] {
  const dropped = new Set<ParsedCommit>();
  for (const [index, commit] of commits.entries()) {
    if (commit.reverts === null || dropped.has(commit)) continue;
    const older = commits.slice(index + 1).filter((candidate) => !dropped.has(candidate));
    const targets = findTargets(commit.reverts, older);
    for (const target of targets) dropped.add(target);
    if (targets.length >= Math.max(1, commit.reverts.hashes.length)) dropped.add(commit);
  }
  return commits.filter((commit) => !dropped.has(commit));
}

/** `older` newest first: of two commits with one header the newer is meant. */
function findTargets(reverts: RevertTarget, older: readonly ParsedCommit[]): ParsedCommit[] {
  if (reverts.hashes.length > 0) {
    return reverts.hashes.flatMap((hash) => older.find(({ commit }) => commit.hash.startsWith(hash)) ?? []);
  }
  const { header, pullRequest } = reverts;
  const found = older.find(
    (candidate) =>
      (pullRequest !== null && candidate.header.endsWith(`(#${pullRequest})`)) ||
      (header !== null && withoutNumber(candidate.header) === withoutNumber(header)),
  );
  return found === undefined ? [] : [found];
}

function withoutNumber(header: string): string {
  return header.replace(/\s*\(#\d+\)$/, '');
}
