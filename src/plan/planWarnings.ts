import type { ServiceChange } from '../changes/serviceChange.ts';
import type { CountedCommit } from './countedCommits.ts';
import type { Bump } from './releasePlan.ts';

/** More would bury the rest of a preview. */
const mostCommitWarnings = 10;

/** What a preview should point at: the stage `changes`' own warnings, doubtful commits, no bumping commit. */
export function planWarnings(change: ServiceChange, commits: readonly CountedCommit[], bump: Bump): string[] {
  const doubtful = commits.flatMap(({ parsed }) =>
    parsed.problems.map((problem) => `${parsed.commit.hash.slice(0, 7)}: ${problem}`),
  );
  const shown = doubtful.slice(0, mostCommitWarnings);
  if (doubtful.length > shown.length) shown.push(`and ${doubtful.length - shown.length} more such commits`);
  const withOthers = change.reasons.some(({ kind }) => kind === 'group' || kind === 'base');
  const silent = change.affected && change.lastRelease !== null && bump === 'none' && !withOthers;
  return [
    ...change.warnings,
    ...shown,
    ...(silent ? ['the image differs, but no commit asks for a version: counted as a patch'] : []),
  ];
}
