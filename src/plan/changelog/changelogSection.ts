import type { PackageChange } from '../../changes/reason.ts';
import type { ParsedCommit } from '../commits/parseCommit.ts';

/** What one release's section of a changelog is made of. */
export interface ChangelogSection {
  /** Null: not released, headed `Unreleased`. */
  version: string | null;
  /** `2026-11-21` */
  date: string;
  gitTag: string | null;
  /** The tag it is compared with; null: a first release. */
  previousTag: string | null;
  commits: readonly ChangelogCommit[];
  /** Versions of other releases that were merged in, and whose changelogs tell their commits. */
  merged: readonly string[];
  /** Third-party packages that changed in the lockfile slice. */
  packages: readonly PackageChange[];
}

export interface ChangelogCommit {
  parsed: ParsedCommit;
  /** The library whose change reaches the service; null: the service's own. */
  library: string | null;
}
