import type { GitCommit } from '../ports/git.ts';
import type { ContextContents } from '../workspace/contextContents.ts';
import type { Service } from '../workspace/service.ts';
import type { Reason } from './reason.ts';
import type { TakenVersions } from './releaseTags.ts';

/** The release of a service that a new one follows. */
export interface LastRelease {
  gitTag: string;
  version: string;
  commit: string;
  /** From the tag's trailer where its scheme is today's; null: to be computed from the commit. */
  identity: string | null;
}

/** What part of a service's image a changed path belongs to. */
export interface InputPart {
  kind: 'source' | 'workspace' | 'lockfile' | 'root' | 'dockerfile' | 'config';
  /** `workspace`: folder of the dependency. */
  workspace?: string;
}

export interface AttributedCommit {
  commit: GitCommit;
  /** Never empty. */
  parts: readonly InputPart[];
  /** Version of another release, below the last one, that holds the commit already: a hotfix merged back. */
  release?: string;
}

/** What building a service's image takes. */
export interface ServiceIdentity {
  service: Service;
  /** `sha256:…`; computed when asked for. Throws where the changes were asked for without identities. */
  identity(): string;
  /** What the version follows; null: a first release. */
  lastRelease: LastRelease | null;
  /** The context at head; computed when asked for, once. */
  contents(): Promise<ContextContents>;
}

/** What the stage `changes` says of one service. */
export interface ServiceChange extends ServiceIdentity {
  /** What it was compared with (the last release's commit, or `--since`); null: nothing, a first release. */
  since: { gitTag: string | null; commit: string } | null;
  affected: boolean;
  reasons: readonly Reason[];
  /** Commits since `lastRelease` (or since the beginning) that touched an input of the service, newest first. */
  commits: readonly AttributedCommit[];
  takenVersions: TakenVersions;
  warnings: readonly string[];
}
