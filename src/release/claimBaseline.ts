import type { Clock } from '../ports/clock.ts';
import type { Git, PushResult, RefUpdate } from '../ports/git.ts';
import { releaseAuthor } from './claim.ts';
import { withReleases } from './ledger.ts';
import { pushLedger } from './ledgerStore.ts';
import type { RemoteState } from './remoteState.ts';

/**
 * Pushes the tags of a baseline with the ledger under its lease, all or none. The ledger notes the commit but no
 * release: there is no image that could be published or deployed.
 */
export async function claimBaseline(
  git: Git,
  clock: Clock,
  { branch, ledger }: RemoteState,
  commit: string,
  tags: readonly { name: string; commit: string; message: string }[],
): Promise<PushResult> {
  const author = await releaseAuthor(git);
  const at = Math.floor(clock.now() / 1000);
  const updates: RefUpdate[] = [];
  for (const tag of tags) {
    const oid = await git.writer.writeTag({ ...tag, tagger: author, at });
    updates.push({ ref: `refs/tags/${tag.name}`, oid, expected: null });
  }
  const message = `baseline: ${tags.map(({ name }) => name).join(', ')}\n`;
  const next = { ledger: withReleases(ledger.ledger, commit, {}), message, author };
  return pushLedger(git, branch, ledger, next, updates, clock);
}
