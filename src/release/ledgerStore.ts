import type { Clock } from '../ports/clock.ts';
import type { Git, Person, PushResult, RefUpdate } from '../ports/git.ts';
import { emptyLedger, formatLedger, type Ledger, ledgerFile, ledgerRef, parseLedger } from './ledger.ts';

/** The ledger as the remote has it. */
export interface StoredLedger {
  /** The commit that holds it; null: there is none yet. */
  oid: string | null;
  ledger: Ledger;
}

/** Reads the ledger from the remote; `oid` is what `listRefs` just said of its ref. */
export async function readLedger(git: Git, branch: string, oid: string | null): Promise<StoredLedger> {
  if (oid === null) return { oid, ledger: emptyLedger };
  const ref = ledgerRef(branch);
  if ((await git.history.resolveCommit(oid)) === null) await git.remote.fetch([oid]);
  const tree = await git.objects.readTree(await git.history.treeOf(oid));
  const file = tree.find(({ name }) => name === ledgerFile);
  const text = file === undefined ? '' : (await git.objects.read(file.oid)).toString('utf8');
  return { oid, ledger: parseLedger(text, ref) };
}

/** The ledger as it stands on the remote now. */
export async function currentLedger(git: Git, branch: string): Promise<StoredLedger> {
  const ref = ledgerRef(branch);
  return readLedger(git, branch, (await git.remote.listRefs([ref])).get(ref) ?? null);
}

export function isSameLedger(a: Ledger, b: Ledger): boolean {
  return formatLedger(a) === formatLedger(b);
}

/**
 * Moves the ledger from `stored` to `next` together with `others`, all or none. The lease on the old value
 * is what lets one of two runs win. Gives the ledger as it stands then.
 */
export async function pushLedger(
  git: Git,
  branch: string,
  stored: StoredLedger,
  next: { ledger: Ledger; message: string; author: Person },
  others: readonly RefUpdate[],
  clock: Clock,
): Promise<{ ok: true; stored: StoredLedger } | Exclude<PushResult, { ok: true }>> {
  const blob = await git.writer.writeBlob(Buffer.from(formatLedger(next.ledger)));
  const tree = await git.writer.writeTree(null, new Map([[ledgerFile, { oid: blob }]]));
  const oid = await git.writer.writeCommit({
    tree,
    parents: stored.oid === null ? [] : [stored.oid],
    message: next.message,
    author: next.author,
    at: Math.floor(clock.now() / 1000),
  });
  const result = await git.remote.push([...others, { ref: ledgerRef(branch), oid, expected: stored.oid }]);
  const landed = { ok: true as const, stored: { oid, ledger: next.ledger } };
  if (result.ok) return landed;
  const there = (await git.remote.listRefs([ledgerRef(branch)])).get(ledgerRef(branch));
  return there === oid ? landed : result;
}
