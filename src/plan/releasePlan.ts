import type { Reason } from '../changes/reason.ts';

/** The release plan: the contract of `affected --json`, `plan --json` and `release --json`. Schema 1. */

export type Bump = 'major' | 'minor' | 'patch' | 'none';

interface PlannedCommit {
  hash: string;
  type: string | null;
  scope: string | null;
  subject: string;
  breaking: boolean;
}

export interface PlannedImage {
  /** With the registry: `registry.example.com/team/api`. */
  repository: string;
  /** The version as an image tag. */
  tag: string;
  /** The tag that names the image by its identity. */
  readonly identityTag: string;
  /** Known once the image is in the registry: `sha256:…`. */
  digest?: string;
  /** Further repositories that receive the same image. */
  mirrors: string[];
}

export interface PlannedService {
  name: string;
  /** Folder of the workspace, from the root of the repo. */
  path: string;
  affected: boolean;
  readonly identity: string;
  /** What it was compared with; null for a first release. */
  since: { gitTag: string | null; commit: string } | null;
  reasons: Reason[];
  commits: PlannedCommit[];
  bump: Bump;
  currentVersion: string | null;
  /** Null where nothing is to be released. */
  nextVersion: string | null;
  gitTag: string | null;
  image: PlannedImage | null;
  /** Markdown. Empty where nothing is to be released. */
  changelog: string;
  warnings: string[];
}

export interface PlannedEdit {
  service: string;
  file: string;
  /** From 1. */
  line: number;
  from: string;
  to: string;
}

export interface PlannedDeployment {
  environment: string;
  /** Without credentials. */
  repo: string;
  branch: string;
  /** Known once it landed. */
  commit?: string;
  edits: PlannedEdit[];
}

export interface ReleasePlan {
  schema: 1;
  head: { commit: string; branch: string | null; dirty: boolean };
  services: PlannedService[];
  /** Null where the network was not asked (`affected`) or deployment is left out. */
  deployments: PlannedDeployment[] | null;
}
