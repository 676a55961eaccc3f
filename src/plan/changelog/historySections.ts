import semver from 'semver';
import type { AttributedCommit } from '../../changes/serviceChange.ts';
import type { GitCommit } from '../../ports/git.ts';
import type { CommitCounter } from '../countedCommits.ts';
import type { ChangelogSection } from './changelogSection.ts';
import { type PastRelease, type ReleasedCommits, splitByRelease } from './splitByRelease.ts';

/** A release with what its tag says of it. */
export interface NotedRelease extends PastRelease {
  /** Markdown; null: the tag says nothing, so the commits have to. */
  notes: string | null;
}

export interface ServiceHistory {
  /** Every commit of the range, newest first. */
  range: readonly GitCommit[];
  /** The service's releases, in any order. */
  releases: readonly NotedRelease[];
  /** Those of `range` that touched the service; asked for where notes do not tell. */
  attributed: () => Promise<readonly AttributedCommit[]>;
  /** True where the range may begin in the middle of a release: then the release's own notes say too much. */
  cut: boolean;
}

export interface HistoryOptions {
  count: CommitCounter;
  /** Name of a library by its folder. */
  libraryName: (folder: string) => string;
  /** False leaves out what no release contains. */
  withUnreleased: boolean;
}

/**
 * A service's history, newest first: the notes of a release as they stand in its tag, or a section still to be
 * rendered. What no release contains comes first, without a version.
 */
export async function historySections(
  history: ServiceHistory,
  options: HistoryOptions,
): Promise<(string | ChangelogSection)[]> {
  const known = new Set(history.range.map(({ hash }) => hash));
  const descending = history.releases.toSorted((a, b) => semver.compareBuild(b.version, a.version));
  const split = splitByRelease(
    history.range,
    descending.filter(({ commit }) => known.has(commit)),
  ).filter(({ release }) => release !== null || options.withUnreleased);
  const notesOf = (release: NotedRelease | null) => (history.cut ? null : (release?.notes ?? null));
  const silent = split.filter(({ release, commits }) => notesOf(release) === null && commits.length > 0);
  const attributed = new Map(
    (silent.length > 0 ? await history.attributed() : []).map((each) => [each.commit.hash, each]),
  );
  return split.flatMap((part): (string | ChangelogSection)[] => {
    const notes = notesOf(part.release);
    if (notes !== null) return [notes];
    const commits = options.count(part.commits.flatMap(({ hash }) => attributed.get(hash) ?? []));
    if (part.release === null && commits.length === 0) return [];
    const previous = descending[part.release === null ? 0 : descending.indexOf(part.release) + 1];
    return [toSection(part, commits, previous?.gitTag ?? null, options)];
  });
}

function toSection(
  { release, commits }: ReleasedCommits<NotedRelease>,
  counted: ReturnType<CommitCounter>,
  previousTag: string | null,
  { libraryName }: HistoryOptions,
): ChangelogSection {
  const end = commits.find(({ hash }) => hash === release?.commit) ?? commits[0];
  return {
    version: release?.version ?? null,
    date: end === undefined ? '' : new Date(end.committedAt).toISOString().slice(0, 10),
    gitTag: release?.gitTag ?? null,
    previousTag,
    commits: counted.map(({ parsed, library }) => ({
      parsed,
      library: library === null ? null : libraryName(library),
    })),
    merged: [],
    packages: [],
  };
}
