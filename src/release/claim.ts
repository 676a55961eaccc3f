import type { Clock } from '../ports/clock.ts';
import type { Git, GitWriter, Person, RefUpdate } from '../ports/git.ts';
import { type LedgerRelease, withReleases } from './ledger.ts';
import { pushLedger } from './ledgerStore.ts';
import type { RemoteState } from './remoteState.ts';

/** One service's release, ready to be claimed: its image is in the registry, by digest. */
export interface Claimable {
  service: string;
  release: LedgerRelease;
  /** Message of the annotated tag, with its trailers. */
  tagMessage: string;
}

/** Stands where Git knows nobody: tags and ledger commits need a name. */
const nobody: Person = { name: 'shipyarn', email: 'shipyarn@localhost' };

/** Who tags and commits: Git's own identity, else shipyarn. */
export async function releaseAuthor({ writer }: { writer: Pick<GitWriter, 'identity'> }): Promise<Person> {
  return (await writer.identity()) ?? nobody;
}

/**
 * One `push --atomic` of the tags of all services, what else belongs to the release (`others`: the release
 * commit), and the ledger under a lease: all land or none.
 */
export async function claim(
  git: Git,
  clock: Clock,
  state: RemoteState,
  commit: string,
  claimables: readonly Claimable[],
  others: readonly RefUpdate[] = [],
): ReturnType<typeof pushLedger> {
  const author = await releaseAuthor(git);
  const at = Math.floor(clock.now() / 1000);
  const tags: RefUpdate[] = [];
  for (const { release, tagMessage } of claimables) {
    const oid = await git.writer.writeTag({
      name: release.gitTag,
      commit: release.commit,
      message: tagMessage,
      tagger: author,
      at,
    });
    tags.push({ ref: `refs/tags/${release.gitTag}`, oid, expected: null });
  }
  const releases = Object.fromEntries(claimables.map(({ service, release }) => [service, release]));
  const names = claimables.map(({ release }) => release.gitTag);
  return pushLedger(
    git,
    state.branch,
    state.ledger,
    {
      ledger: withReleases(state.ledger.ledger, commit, releases),
      message: `release: ${names.join(', ')}\n`,
      author,
    },
    [...tags, ...others],
    clock,
  );
}
