import semver from 'semver';
import { firstReleases } from '../../changes/firstReleases.ts';
import type { GitCommit } from '../../ports/git.ts';

/** A release in a service's history. */
export interface PastRelease {
  version: string;
  gitTag: string;
  commit: string;
}

/** Commits of one release, newest first; `release` null: not released yet. */
export interface ReleasedCommits<Release extends PastRelease = PastRelease> {
  release: Release | null;
  commits: readonly GitCommit[];
}

/**
 * The commits, newest first as given, by the release that contains them (see firstReleases). What is not
 * released comes first, then the releases by version, highest first.
 */
export function splitByRelease<Release extends PastRelease>(
  commits: readonly GitCommit[],
  releases: readonly Release[],
): ReleasedCommits<Release>[] {
  const owners = firstReleases(commits, releases);
  const descending = releases.toSorted((a, b) => semver.compareBuild(b.version, a.version));
  const groups = new Map<Release | null, GitCommit[]>([
    [null, []],
    ...descending.map((release): [Release, GitCommit[]] => [release, []]),
  ]);
  for (const commit of commits) groups.get(owners.get(commit.hash) ?? null)?.push(commit);
  return [...groups].map(([release, owned]) => ({ release, commits: owned }));
}
