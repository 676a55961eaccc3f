import { inputFailure } from '../../errors.ts';
import type { GitHistory, GitRemote } from '../../ports/git.ts';
import { maskCredentials } from '../maskCredentials.ts';
import type { RunGit } from './gitProcess.ts';
import { pushRefs } from './pushRefs.ts';
import { remoteSettings } from './remoteSettings.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

interface RemoteAccess {
  /** Runs what does not go to the remote. */
  git: RunGit;
  /** Runs what reads from the remote. */
  reading: RunGit;
  /** Runs what writes to it. */
  writing: RunGit;
}

/** One remote of a repository. */
export function openRemote(
  name: string,
  paths: RepositoryPaths,
  { git, reading, writing }: RemoteAccess,
  history: GitHistory,
): GitRemote {
  const listRefs = async (patterns: readonly string[]) => {
    const { stdout } = await reading(['ls-remote', '--quiet', name, ...patterns.flatMap(lsRemotePatterns)], {
      what: `list the refs of the remote ${name}`,
    });
    return selectRefs(stdout.toString(), patterns);
  };
  let address: Promise<string> | undefined;
  const askAddress = async () => {
    const { exitCode, stdout } = await git(['remote', 'get-url', name], {
      what: `read the address of the remote ${name}`,
      accept: [0, 2, 128],
    });
    if (exitCode !== 0) throw noRemote(name);
    return maskCredentials(stdout.toString().trim());
  };
  const listWithHead = async (patterns: readonly string[]) => {
    const args = ['ls-remote', '--quiet', '--symref', name, 'HEAD', ...patterns.flatMap(lsRemotePatterns)];
    const { stdout } = await reading(args, {
      what: `ask the remote ${name} for its default branch and its refs`,
    });
    const lines = stdout.toString();
    const branch = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(lines)?.[1];
    if (branch === undefined) throw noDefaultBranch(name);
    const tip = /^([0-9a-f]+)\tHEAD$/m.exec(lines)?.[1];
    const refs = selectRefs(lines, patterns);
    if (tip !== undefined) refs.set(`refs/heads/${branch}`, tip);
    return { branch, refs };
  };
  return {
    name,
    url() {
      address ??= askAddress();
      return address;
    },
    settings: () => remoteSettings(paths, git, name),
    defaultBranch: async () => (await listWithHead([])).branch,
    listRefs,
    listWithHead,
    async fetch(refspecs, { depth, deepen, filter, unshallow } = {}) {
      const options = [
        ...(depth === undefined ? [] : [`--depth=${depth}`]),
        ...(deepen === undefined ? [] : [`--deepen=${deepen}`]),
        ...(filter === undefined ? [] : [`--filter=${filter}`]),
        ...(unshallow ? ['--unshallow'] : []),
      ];
      await reading([...plainFetch, ...options, name, ...refspecs], {
        what: `fetch from the remote ${name}`,
      });
    },
    async rehearsePush(oid) {
      // A ref that nobody has: a branch may have moved on, which says nothing about access.
      await writing(['push', '--quiet', '--dry-run', '--no-verify', name, `${oid}:refs/shipyarn/access`], {
        what: `push to the remote ${name}`,
      });
    },
    push: (updates) => pushRefs({ name, updates, git: writing, history, listRefs }),
  };
}

/** Progress is the sign of life of a fetch that takes long. */
const plainFetch = [
  ...['fetch', '--progress', '--no-tags', '--no-write-fetch-head'],
  ...['--no-recurse-submodules', '--no-auto-maintenance'],
];

/** ls-remote matches the end of a ref, and lists a peeled tag only when it is asked for. */
function lsRemotePatterns(pattern: string): string[] {
  return pattern.endsWith('/') ? [`${pattern}*`] : [pattern, `${pattern}^{}`];
}

function selectRefs(output: string, patterns: readonly string[]): Map<string, string> {
  const refs = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [oid = '', ref = ''] = line.split('\t');
    const bare = ref.replace(/\^\{\}$/, '');
    const wanted = patterns.some((pattern) =>
      pattern.endsWith('/') ? bare.startsWith(pattern) : bare === pattern,
    );
    if (wanted) refs.set(ref, oid);
  }
  return refs;
}

function noDefaultBranch(name: string): Error {
  return inputFailure({
    reason: 'git-no-default-branch',
    message: `The HEAD of the remote ${name} points to no branch.`,
    hint: 'Name the release branch with `branch:` in shipyarn.yaml.',
  });
}

function noRemote(name: string): Error {
  return inputFailure({
    reason: 'git-no-remote',
    message: `The repository has no remote called ${name}.`,
    hint: `Add it: \`git remote add ${name} <url>\`.`,
  });
}
