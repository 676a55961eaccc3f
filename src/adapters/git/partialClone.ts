import { inputFailure } from '../../errors.ts';
import type { RunGit } from './gitProcess.ts';

/** What a partial clone lacks. Git itself fetches each missing object on its own when it is read, with a process each. */
export interface PartialClone {
  /** Learns what these commits' trees lack, before they are read; missing folders come at once, files when they are asked for. */
  lookAt(commits: readonly string[]): Promise<void>;
  /** Fetches the folders of these commits. */
  fetchFolders(commits: readonly string[]): Promise<void>;
  /** Null: the object is here, as far as is known. Else it is on its way, with all others that are asked for now. */
  fetchFile(oid: string): Promise<void> | null;
}

interface Surroundings {
  git: RunGit;
  remoteName: string;
  /** False: what is missing is an input failure with the command to run. */
  mayFetch: boolean;
  /** Says once, to people, that something is fetched. */
  note(message: string): void;
}

/** A partial clone of a remote (`git clone --filter`). */
export function openPartialClone({ git, remoteName, mayFetch, note }: Surroundings): PartialClone {
  const missing = new Set<string>();
  const seen = new Map<string, Promise<void>>();
  let asked: string[] = [];
  let fetching: Promise<void> | null = null;

  let told = false;

  const fetchAll = async (oids: readonly string[]) => {
    if (!mayFetch) throw incomplete(remoteName);
    if (!told) note('This is a partial clone: fetching what it lacks of the commits that are compared.');
    told = true;
    // As Git does it itself (`fetch_objects` in its promisor-remote.c): a folder brings all folders below it.
    const options = [
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--no-auto-maintenance',
    ];
    await git(
      [
        ...['-c', 'fetch.negotiationAlgorithm=noop'],
        ...['fetch', '--progress', ...options, '--filter=blob:none', '--stdin', remoteName],
      ],
      { what: `fetch from the remote ${remoteName} what this partial clone lacks`, input: oids.join('\n') },
    );
  };

  const fetchFolders = async (commits: readonly string[]) => {
    for (;;) {
      const folders = await listMissing(git, commits, ['--filter=blob:none']);
      if (folders.length === 0) return;
      await fetchAll(folders);
    }
  };

  const look = async (commits: readonly string[]) => {
    await fetchFolders(commits);
    for (const oid of await listMissing(git, commits, [])) missing.add(oid);
  };

  const fetchAsked = async () => {
    // All that is ready to ask goes into one fetch.
    await new Promise((resolve) => setImmediate(resolve));
    const oids = [...new Set(asked)];
    asked = [];
    fetching = null;
    await fetchAll(oids);
    for (const oid of oids) missing.delete(oid);
  };

  return {
    fetchFolders,
    async lookAt(commits) {
      const fresh = commits.filter((commit) => !seen.has(commit));
      const looking = look(fresh);
      for (const commit of fresh) seen.set(commit, looking);
      await Promise.all(commits.map((commit) => seen.get(commit)));
    },
    fetchFile(oid) {
      if (!missing.has(oid)) return null;
      asked.push(oid);
      fetching ??= fetchAsked();
      return fetching;
    },
  };
}

/** Objects of the commits' trees that are not here, without a look at the remote. */
async function listMissing(
  git: RunGit,
  commits: readonly string[],
  options: readonly string[],
): Promise<string[]> {
  if (commits.length === 0) return [];
  const { stdout } = await git(
    ['rev-list', '--objects', '--no-walk', '--missing=print', ...options, '--stdin'],
    { what: 'see what this partial clone lacks', input: commits.join('\n') },
  );
  const lines = stdout.toString().split('\n');
  return lines.filter((line) => line.startsWith('?')).map((line) => line.slice(1));
}

function incomplete(remoteName: string) {
  return inputFailure({
    reason: 'clone-incomplete',
    message: 'This is a partial clone, and files of the commits that are compared are not in it.',
    hint: `Leave out --no-fetch: just the missing files are fetched. Or run \`git fetch --refetch --no-filter ${remoteName}\`, which fetches all of them.`,
  });
}
