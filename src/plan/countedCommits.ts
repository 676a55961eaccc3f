import type { AttributedCommit } from '../changes/serviceChange.ts';
import { unscopedName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { dropReverted } from './commits/dropReverted.ts';
import { commitReader, type ParsedCommit } from './commits/parseCommit.ts';
import { isReleaseCommit } from './releaseCommit.ts';

/** A commit that counts for a service. */
export interface CountedCommit {
  parsed: ParsedCommit;
  /** Folder of the library where it touched nothing else of the service; null: it touched the service itself. */
  library: string | null;
  /** Version of another release that tells of it already; null: this one does. */
  release: string | null;
}

/** Counts the commits of one service, newest first. */
export type CommitCounter = (commits: readonly AttributedCommit[]) => CountedCommit[];

/**
 * Reads commits once each, however many services they touch. Merges, shipyarn's own release commits and what
 * was reverted are left out.
 */
export function commitCounter(config: Config, preset?: object): CommitCounter {
  const read = commitReader({
    types: Object.keys(config.file.bumps ?? {}),
    ...(preset === undefined ? {} : { preset }),
  });
  const known = new Map<string, ParsedCommit>();
  const parse = (commit: ParsedCommit['commit']): ParsedCommit => {
    const found = known.get(commit.hash) ?? read(commit);
    known.set(commit.hash, found);
    return found;
  };
  return (commits) => {
    const attributed = new Map(commits.map((each) => [each.commit.hash, each]));
    const parsed = commits.map(({ commit }) => parse(commit)).filter(countsByItself);
    return dropReverted(parsed).map((commit) => {
      const { parts = [], release = null } = attributed.get(commit.commit.hash) ?? {};
      return { parsed: commit, library: libraryOf(parts), release };
    });
  };
}

/** The commits that a merge brings count themselves; the merge only where its own title is conventional. */
function countsByItself({ commit, header, changes }: ParsedCommit): boolean {
  if (isReleaseCommit(header)) return false;
  return commit.parents.length < 2 || changes.some(({ type }) => type !== null && type !== 'revert');
}

/** What a library's change does to the lockfile is the library's. */
function libraryOf(parts: AttributedCommit['parts']): string | null {
  const onlyLibraries = parts.every(({ kind }) => kind === 'workspace' || kind === 'lockfile');
  return onlyLibraries ? (parts.find(({ kind }) => kind === 'workspace')?.workspace ?? null) : null;
}

/** The version that the newest `Release-As` footer meant for this service asks for, with its commit. */
export function releaseAsOf(
  service: { name: string },
  commits: readonly CountedCommit[],
): { version: string; hash: string } | null {
  for (const { parsed, library } of commits) {
    const meant = parsed.releaseAs.filter((footer) =>
      footer.service === null
        ? library === null
        : footer.service === service.name || footer.service === unscopedName(service.name),
    );
    const last = meant.at(-1);
    if (last !== undefined) return { version: last.version, hash: parsed.commit.hash };
  }
  return null;
}
