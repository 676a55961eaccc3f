import semver from 'semver';
import type { GitCommit } from '../ports/git.ts';

/**
 * For every commit that a release contains, the release with the lowest version, whatever the dates say: so
 * each commit belongs to one release, also where a hotfix was released on a side branch and merged back.
 * Commits by hash; those that no release contains are absent, as are those that are not listed.
 */
export function firstReleases<Release extends { version: string; commit: string }>(
  commits: readonly GitCommit[],
  releases: readonly Release[],
): Map<string, Release> {
  const byHash = new Map(commits.map((commit) => [commit.hash, commit]));
  const owners = new Map<string, Release>();
  for (const release of releases.toSorted((a, b) => semver.compareBuild(a.version, b.version))) {
    const pending = [release.commit];
    for (let hash = pending.pop(); hash !== undefined; hash = pending.pop()) {
      const commit = byHash.get(hash);
      if (commit === undefined || owners.has(hash)) continue;
      owners.set(hash, release);
      pending.push(...commit.parents);
    }
  }
  return owners;
}
