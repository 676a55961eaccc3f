import { join } from 'node:path';
import { inputFailure } from '../../errors.ts';
import type { GitHistory } from '../../ports/git.ts';
import { listedTags } from '../../ports/gitTags.ts';
import type { RunGit } from './gitProcess.ts';
import { nearAncestors } from './nearAncestors.ts';
import type { ObjectReader } from './objects.ts';
import { logFormat, parseLog } from './parseLog.ts';
import { parseTags } from './parseTags.ts';
import type { PartialClone } from './partialClone.ts';
import { plainTags } from './plainTags.ts';
import { readText } from './readText.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/** History and refs of one repository. */
export function openHistory(
  paths: RepositoryPaths,
  git: RunGit,
  objects: ObjectReader,
  partial: PartialClone | null,
): GitHistory {
  const { root } = paths;
  const resolve = async (revision: string) => (await objects.find(`${revision}^{commit}`))?.oid ?? null;
  /** A shallow or narrow clone knows tags whose commits it does not have: they are not part of its history. */
  const presentOnly = async (commits: readonly string[]) => {
    const found = await Promise.all(commits.map(resolve));
    return commits.filter((_, index) => found[index] !== null);
  };
  const shallowCommits = async () => {
    const file = readText(join(paths.commonDirectory, 'shallow')) ?? '';
    return file.split('\n').filter(Boolean);
  };
  return {
    root,
    async head() {
      const [commit, branch] = await Promise.all([resolve('HEAD'), currentBranch(paths, git)]);
      if (commit === null) throw noCommits(root);
      return { commit, branch };
    },
    shallowCommits,
    resolveCommit: resolve,
    async treeOf(commit) {
      await partial?.lookAt([commit]);
      const header = (await objects.read(commit)).toString('latin1', 0, 80);
      const tree = /^tree ([0-9a-f]+)\n/.exec(header)?.[1];
      if (tree === undefined) throw new Error(`${commit} is not a commit`);
      return tree;
    },
    async tags() {
      const plain = await plainTags(paths, resolve);
      if (plain !== null) return plain;
      const { stdout } = await git(['show-ref', '--tags', '--dereference'], {
        what: 'read the tags',
        accept: [0, 1],
      });
      return listedTags(parseTags(stdout.toString()));
    },
    async log(to, notFrom, { paths = true } = {}) {
      const revisions = [to, ...notFrom.map((commit) => `^${commit}`)].join('\n');
      const shown = paths
        ? ['--name-only', '--no-renames', '--no-ext-diff', '--diff-merges=first-parent']
        : ['--no-patch'];
      if (partial !== null && paths) await partial.fetchFolders(await commitsAndParents(git, revisions));
      const args = ['log', '--stdin', '--topo-order', '-z', ...shown, `--format=${logFormat}`];
      const { stdout } = await git(args, {
        what: 'read the commits',
        input: `${revisions}\n`,
      });
      return parseLog(stdout.toString());
    },
    async isAncestor(ancestor, descendant) {
      const { exitCode } = await git(['merge-base', '--is-ancestor', ancestor, descendant], {
        what: 'compare two commits',
        accept: [0, 1],
      });
      return exitCode === 0;
    },
    async commonAncestors(commits) {
      const distinct = [...new Set(commits)];
      if (distinct.length < 2) return distinct;
      const { stdout } = await git(['merge-base', '--octopus', '--all', ...distinct], {
        what: 'find what the releases have in common',
        accept: [0, 1],
      });
      return stdout.toString().split('\n').filter(Boolean);
    },
    async reachable(head, commits) {
      const wanted = [...new Set(commits)];
      const near = await nearAncestors(objects, head, { wanted, shallow: await shallowCommits() });
      const distinct = await presentOnly(wanted.filter((commit) => !near.has(commit)));
      if (distinct.length === 0) return near;
      // What the walk still prints with head excluded is not reachable from head; the rest is.
      const { stdout } = await git(['rev-list', '--stdin'], {
        what: 'see which tags are part of the history',
        input: `${distinct.join('\n')}\n^${head}\n`,
      });
      const apart = new Set(stdout.toString().split('\n'));
      return new Set([...near, ...distinct.filter((commit) => !apart.has(commit))]);
    },
  };
}

/** What Git compares to list the paths of these commits. */
async function commitsAndParents(git: RunGit, revisions: string): Promise<string[]> {
  const { stdout } = await git(['rev-list', '--parents', '--stdin'], {
    what: 'read the commits',
    input: `${revisions}\n`,
  });
  return [...new Set(stdout.toString().split(/\s+/).filter(Boolean))];
}

/** From the file HEAD, which says it plainly but in a repository with reftables (git-symbolic-ref, gitrepository-layout). */
async function currentBranch({ gitDirectory }: RepositoryPaths, git: RunGit): Promise<string | null> {
  const content = (readText(join(gitDirectory, 'HEAD')) ?? '').trim();
  if (/^[0-9a-f]{40,}$/.test(content)) return null;
  const [, plain] = /^ref: refs\/heads\/(.+)$/.exec(content) ?? [];
  if (plain !== undefined && plain !== '.invalid') return plain;
  const { stdout } = await git(['symbolic-ref', '--quiet', 'HEAD'], { what: 'read HEAD', accept: [0, 1] });
  return (
    stdout
      .toString()
      .trim()
      .replace(/^refs\/heads\//, '') || null
  );
}

function noCommits(root: string): Error {
  return inputFailure({
    reason: 'git-no-commits',
    message: `The Git repository ${root} has no commit yet.`,
    hint: 'Commit the project first: `git add -A && git commit`.',
  });
}
