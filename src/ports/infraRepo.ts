import type { Git } from './git.ts';

/** A clone of an infra repo without a working directory, which holds what was asked for and no more. */
export interface InfraRepo {
  git: Git;
  /** The address without credentials, for people to read. */
  url: string;
  branch: string;
  /** Fetches the newest commit of the branch, without its trees; gives its id. */
  fetchTip(): Promise<string>;
  /** A commit of the branch that was the newest a moment ago: one that was fetched already, where there is one. */
  knownCommit(): Promise<string>;
  /**
   * Fetches the newest commits of the branch, `depth` deep (null: all), without their trees. Gives the newest one's
   * id, and whether that is all there is.
   */
  fetchHistory(depth: number | null): Promise<{ tip: string; complete: boolean }>;
  /** Fetches objects by id, those it has left out: each alone, or trees with all trees below them. */
  fetchObjects(oids: readonly string[], how: 'alone' | 'trees-below'): Promise<void>;
}
