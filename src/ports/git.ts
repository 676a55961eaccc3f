/** Ports to Git. One repository per value; the monorepo and the infra repo are both behind these. */

import type { Readable } from 'node:stream';
import type { GitTags } from './gitTags.ts';

/** Git's file modes as they stand in a tree: file, executable, symlink, submodule, folder. */
export type TreeMode = '100644' | '100755' | '120000' | '160000' | '040000';

export interface TreeEntry {
  /** Name inside its folder. */
  name: string;
  mode: TreeMode;
  /** Object id, hex. */
  oid: string;
}

export interface FileEntry {
  /** Path from the root of the tree, `/` separated. */
  path: string;
  mode: Exclude<TreeMode, '040000'>;
  oid: string;
}

/** An object that is too large to be held in memory. */
export interface LargeObject {
  /** Bytes. */
  size: number;
  /** Its content, piece by piece, as fast as it is taken; may be called again. */
  stream(): Readable;
}

/** Reads objects by id through one long-lived process; concurrent calls are pipelined. */
export interface GitObjects {
  /** Content of a blob, commit or tag. Rejects when the object is missing. */
  read(oid: string): Promise<Buffer>;
  /** The same, but what is larger than a few megabytes is not read before somebody takes it. */
  open(oid: string): Promise<Buffer | LargeObject>;
  /** Reads what these revisions name (`HEAD:yarn.lock`) before somebody asks for it by id. */
  readAhead(revisions: readonly string[]): void;
  /**
   * The file of this name in a tree, which need not be read for that; a symlink gives its target, as content. Null: there
   * is none, or it is too large to be held. Memoised. Absent in a partial clone, where only trees tell what is missing.
   */
  readIn?(tree: string, name: string): Promise<{ oid: string; content: Buffer } | null>;
  /** One level of a tree, in Git's order. Memoised by id. */
  readTree(oid: string): Promise<readonly TreeEntry[]>;
}

export interface GitCommit {
  hash: string;
  parents: readonly string[];
  authorName: string;
  authorEmail: string;
  /** ISO 8601, strict. */
  committedAt: string;
  /** Subject, blank line, body: as Git prints %B. */
  message: string;
  /** Paths that this commit changed against its first parent; both names of a rename. */
  paths: readonly string[];
}

export interface GitHead {
  commit: string;
  /** Short branch name; null where HEAD is detached. */
  branch: string | null;
}

/** Reads history and refs. */
export interface GitHistory {
  /** Absolute path of the working directory's root; of the Git directory in a bare repository. */
  readonly root: string;
  head(): Promise<GitHead>;
  /** Commits whose parents this clone does not have; empty: the history is whole. */
  shallowCommits(): Promise<readonly string[]>;
  /** The commit that a revision leads to, or null where there is none. */
  resolveCommit(revision: string): Promise<string | null>;
  treeOf(commit: string): Promise<string>;
  tags(): Promise<GitTags>;
  /** Commits reachable from `to` and from none of `notFrom`, children before parents; one Git process. */
  log(
    to: string,
    notFrom: readonly string[],
    /** `paths: false` leaves them empty, and reads no tree. Default true. */
    options?: { paths?: boolean },
  ): Promise<readonly GitCommit[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** The best commits that all of these descend from; empty where there is none. One Git process. */
  commonAncestors(commits: readonly string[]): Promise<readonly string[]>;
  /** Of these commits, the ones reachable from `head`; one Git process. */
  reachable(head: string, commits: readonly string[]): Promise<ReadonlySet<string>>;
}

/** The working directory as a tree. */
export interface GitWorktree {
  /**
   * Id of a tree that holds HEAD plus uncommitted and untracked files (ignored ones left out), and whether it
   * differs from HEAD's. The repository itself is left as it was; `objects` can read the tree until `close`.
   */
  snapshot(): Promise<{ tree: string; dirty: boolean }>;
}

export interface RefUpdate {
  /** Full ref name, `refs/tags/api@1.0.0`. */
  ref: string;
  /** New object id; null deletes. */
  oid: string | null;
  /** Lease: the value the remote must still have; null: must not exist; absent: no lease (a new tag must be new anyway). */
  expected?: string | null;
}

/** Answers of a push that was not accepted. `lost-race`: a lease or fast-forward check failed: look again and plan anew. */
export type PushResult = { ok: true } | { ok: false; why: 'lost-race' | 'refused'; output: string };

/** What a clone leaves out when it fetches. */
export interface RemoteSettings {
  /** Not all branches (`--single-branch`), or no tags (`--no-tags`). */
  leavesOutTags: boolean;
  /** A partial clone (`--filter`): Git fetches missing objects one by one when they are read. */
  isPartial: boolean;
}

/** Talks to the remote. */
export interface GitRemote {
  readonly name: string;
  /** The remote's URL without credentials, for people to read. */
  url(): Promise<string>;
  /** How this clone was told to fetch; null where it has no such remote. One Git process, no network. */
  settings(): Promise<RemoteSettings | null>;
  /** Name of the branch that the remote's HEAD points to. */
  defaultBranch(): Promise<string>;
  /** Refs of the remote that match full names or prefixes ending in `/`: ref → object id (peeled tags as `ref^{}`). */
  listRefs(patterns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The same together with the remote's default branch and its tip, in one question. */
  listWithHead(patterns: readonly string[]): Promise<{ branch: string; refs: ReadonlyMap<string, string> }>;
  /** Fetches refspecs (none: the configured ones) and no other tags. `depth`/`deepen`/`filter`/`unshallow` as in git-fetch. */
  fetch(
    refspecs: readonly string[],
    options?: { depth?: number; deepen?: number; filter?: string; unshallow?: boolean },
  ): Promise<void>;
  /** One `git push --atomic`: all updates land or none. */
  push(updates: readonly RefUpdate[]): Promise<PushResult>;
  /** Goes through a push of a new ref up to where the remote would be changed; rejects where it lets nobody in. */
  rehearsePush(oid: string): Promise<void>;
}

export interface Person {
  name: string;
  email: string;
}

/** Writes objects (never refs): what is pushed is named by id. */
export interface GitWriter {
  /** Who Git says is at work here, or null on a machine without an identity. */
  identity(): Promise<Person | null>;
  writeBlob(content: Buffer): Promise<string>;
  /** A copy of `baseTree` (null: an empty tree) with these files put or, where null, removed. */
  writeTree(
    baseTree: string | null,
    files: ReadonlyMap<string, { oid: string; mode?: FileEntry['mode'] } | null>,
  ): Promise<string>;
  /** `at`: seconds since 1970. `sign` takes the repository's own signing configuration. */
  writeCommit(commit: {
    tree: string;
    parents: readonly string[];
    message: string;
    author: Person;
    at: number;
    sign?: boolean;
  }): Promise<string>;
  /** An annotated tag object. */
  writeTag(tag: {
    name: string;
    commit: string;
    message: string;
    tagger: Person;
    at: number;
    sign?: boolean;
  }): Promise<string>;
}

export interface Git {
  objects: GitObjects;
  history: GitHistory;
  worktree: GitWorktree;
  remote: GitRemote;
  writer: GitWriter;
  /** Ends long-lived processes and removes temporary folders. */
  close(): Promise<void>;
}
