import { setTimeout as sleep } from 'node:timers/promises';
import type { GitHistory, GitRemote, PushResult, RefUpdate } from '../../ports/git.ts';
import { maskCredentials } from '../maskCredentials.ts';
import type { RunGit } from './gitProcess.ts';

interface PushRequest {
  /** Name of the remote. */
  name: string;
  updates: readonly RefUpdate[];
  git: RunGit;
  history: GitHistory;
  listRefs: GitRemote['listRefs'];
}

/** Time for a push of somebody else, which holds the remote's locks, to land. */
const lockPause = 300;

/**
 * Pushes all updates or none. Why a push was not accepted is told from the remote's refs rather than from
 * wording, which differs between servers: where they moved, the race is lost; where they stand as expected,
 * it is tried once more (another push may have held a lock) and then it is refused.
 */
export async function pushRefs(request: PushRequest): Promise<PushResult> {
  if (request.updates.length === 0) return { ok: true };
  const first = await attempt(request);
  if (first.ok || first.why === 'lost-race') return first;
  if (!first.answered) return refusal(first.output);
  await sleep(lockPause);
  const second = await attempt(request);
  return second.ok || second.why === 'lost-race' ? second : refusal(second.output);
}

/** `answered`: the remote itself could be asked afterwards. */
type Attempt = PushResult & { answered?: boolean };

async function attempt(request: PushRequest): Promise<Attempt> {
  const { name, updates, git, listRefs } = request;
  const { exitCode, stdout, stderr } = await git(
    [
      'push',
      '--porcelain',
      '--atomic',
      '--no-follow-tags',
      '--recurse-submodules=no',
      ...leases(updates),
      name,
    ].concat(updates.map(refspec)),
    { what: `push to the remote ${name}`, accept: pushStatuses },
  );
  if (exitCode === 0) return { ok: true };
  const output = maskCredentials([stderr, stdout.toString()].join('\n').trim());
  const refs = await listRefs(updates.map(({ ref }) => ref)).catch(() => null);
  if (refs === null) return { ...refusal(output), answered: false };
  if (updates.every(({ ref, oid }) => (refs.get(ref) ?? null) === oid)) return { ok: true };
  const moved = await Promise.all(
    updates.map((update) => hasMoved(update, refs.get(update.ref) ?? null, request.history)),
  );
  return moved.includes(true)
    ? { ok: false, why: 'lost-race', output }
    : { ...refusal(output), answered: true };
}

/** 1: a ref was rejected; 128 and above: the connection, the credentials or the server. */
const pushStatuses = [0, 1, 128, 129, 141];

function refusal(output: string): { ok: false; why: 'refused'; output: string } {
  return { ok: false, why: 'refused', output };
}

function leases(updates: readonly RefUpdate[]): string[] {
  return updates
    .filter(({ expected }) => expected !== undefined)
    .map(({ ref, expected }) => `--force-with-lease=${ref}:${expected ?? ''}`);
}

function refspec({ ref, oid }: RefUpdate): string {
  return `${oid ?? ''}:${ref}`;
}

/** Whether the remote's ref is not what this update can be laid upon. */
async function hasMoved(update: RefUpdate, current: string | null, history: GitHistory): Promise<boolean> {
  const { ref, oid, expected } = update;
  if (current === oid) return false;
  if (expected !== undefined) return current !== expected;
  if (current === null || oid === null) return false;
  if (ref.startsWith('refs/tags/')) return true;
  // A commit that this clone does not have cannot be behind ours.
  return (await history.resolveCommit(current)) === null || !(await history.isAncestor(current, oid));
}
