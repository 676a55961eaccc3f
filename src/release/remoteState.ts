import type { TagFormat } from '../changes/tagFormat.ts';
import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import type { Git, GitHead } from '../ports/git.ts';
import type { GitTags } from '../ports/gitTags.ts';
import { fetchFromRemote } from './fetchFromRemote.ts';
import { type Ledger, ledgerRef } from './ledger.ts';
import { readLedger, type StoredLedger } from './ledgerStore.ts';

/** What a release looks at on the remote before it decides anything. */
export interface RemoteState {
  /** The release branch that this run serves. */
  branch: string;
  /** Its newest commit. */
  tip: string;
  ledger: StoredLedger;
  /** All tags of this clone, after those of the remote were fetched. */
  tags: GitTags;
}

/**
 * Fetches tags, the release branches and the ledger, and finds the branch that HEAD belongs to: the one that
 * is checked out where it is a release branch, else the first that contains HEAD. Throws an input failure
 * where none does (nothing that is not merged gets deployed), and where release tags here are not the remote's, or the
 * remote's are not what was released.
 */
export async function lookAtRemote(
  git: Git,
  config: Config,
  head: GitHead,
  format: TagFormat,
): Promise<RemoteState> {
  // Before the remote's: a tag that is here by now was there before.
  const [localTags, { main, refs }] = await Promise.all([git.history.tags(), listRefs(git, config)]);
  const branches = [main, ...Object.keys(config.channels).filter((branch) => branch !== main)];
  const tips = branches.flatMap((branch) => {
    const tip = refs.get(`refs/heads/${branch}`);
    return tip === undefined ? [] : [{ branch, tip }];
  });
  const tags = await fetchFromRemote(git, { tips: tips.map(({ tip }) => tip), refs, localTags, format });

  const ordered = [...tips].sort(
    (a, b) => Number(b.branch === head.branch) - Number(a.branch === head.branch),
  );
  for (const { branch, tip } of ordered) {
    if (head.commit !== tip && !(await git.history.isAncestor(head.commit, tip))) continue;
    const ledger = await readLedger(git, branch, refs.get(ledgerRef(branch)) ?? null);
    checkTags(git, ledger.ledger, refs);
    return { branch, tip, ledger, tags };
  }
  throw inputFailure({
    reason: 'not-merged',
    message: `HEAD (${head.commit.slice(0, 10)}) is not on ${branches.map((branch) => `${git.remote.name}/${branch}`).join(' or ')}.`,
    hint: `A release takes only what is merged: push or merge this commit to ${main} first, or set \`branch\`.`,
  });
}

/** The main branch and all that a release looks at, in one question. */
async function listRefs(
  { remote }: Git,
  config: Config,
): Promise<{ main: string; refs: ReadonlyMap<string, string> }> {
  const channels = Object.keys(config.channels).map((branch) => `refs/heads/${branch}`);
  const patterns = [...channels, 'refs/shipyarn/', 'refs/tags/'];
  if (config.branch === null) {
    const { branch, refs } = await remote.listWithHead(patterns);
    return { main: branch, refs };
  }
  return { main: config.branch, refs: await remote.listRefs([`refs/heads/${config.branch}`, ...patterns]) };
}

/** A release's tag never moves: changes and versions are told from where it stands. */
function checkTags({ remote }: Git, { services }: Ledger, refs: ReadonlyMap<string, string>): void {
  for (const { gitTag, commit } of Object.values(services)) {
    const ref = `refs/tags/${gitTag}`;
    const there = refs.get(`${ref}^{}`) ?? refs.get(ref);
    if (there === undefined || there === commit) continue;
    throw inputFailure({
      reason: 'tag-moved',
      message: `The tag ${gitTag} on ${remote.name} points to ${there.slice(0, 10)}, but ${commit.slice(0, 10)} was released under it.`,
      hint: `Put it back, from a clone that has the old one: \`git push --force ${remote.name} ${ref}\`.`,
    });
  }
}

/** True where the ledger stands at a later commit than HEAD: another run has released past this one. */
export async function isOvertaken(git: Git, head: GitHead, { ledger }: RemoteState): Promise<boolean> {
  const released = ledger.ledger.commit;
  if (released === '' || released === head.commit) return false;
  return isBehind(git, head.commit, released);
}

/** Whether `commit` is `descendant` or one before it. One that was rewritten away on the remote is after nothing. */
export async function isBehind(git: Git, commit: string, descendant: string): Promise<boolean> {
  if (commit === descendant) return true;
  for (const each of [commit, descendant]) {
    if ((await git.history.resolveCommit(each)) !== null) continue;
    // The branch may have moved since it was fetched.
    await git.remote.fetch([each]).catch(() => undefined);
    if ((await git.history.resolveCommit(each)) === null) return false;
  }
  return git.history.isAncestor(commit, descendant);
}
