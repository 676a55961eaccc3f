import { copyFile, mkdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemporaryFolder } from '../../cleanup/temporaryFolder.ts';
import { Failure, inputFailure } from '../../errors.ts';
import type { GitHistory, GitWorktree } from '../../ports/git.ts';
import type { RunGit } from './gitProcess.ts';
import { ifMissing } from './ifMissing.ts';
import { alternatesVariable } from './objectDirectories.ts';
import type { ObjectReader } from './objects.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/**
 * The working directory of one repository. Changed files are added to a copy of the index and to an object
 * directory of our own, so the repository's index, objects and locks are not touched.
 */
export function openWorktree(
  paths: RepositoryPaths,
  git: RunGit,
  objects: ObjectReader,
  history: GitHistory,
  temporary: TemporaryFolder,
): GitWorktree {
  return {
    async snapshot() {
      const headTree = history.head().then(({ commit }) => history.treeOf(commit));
      const [changed, clean] = await Promise.all([paths.bare ? [] : changedPaths(git), headTree]);
      if (changed.length === 0) return { tree: clean, dirty: false };
      const folder = await temporary.path();
      const env = await separateStore(paths, folder);
      const unstaged = changed.filter(({ status }) => status !== stagedDeletion).map(({ path }) => path);
      if (unstaged.length > 0) {
        await git([...quiet, 'add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], {
          what: 'read the uncommitted files',
          input: unstaged.join('\0'),
          env,
        }).catch((failure) => {
          throw emptyRepository(failure) ?? failure;
        });
      }
      const { stdout } = await git([...quiet, 'write-tree'], { what: 'read the uncommitted files', env });
      objects.lookAlsoIn(join(folder, 'objects'));
      const tree = stdout.toString().trim();
      return { tree, dirty: tree !== clean };
    },
  };
}

/** An untracked repository inside this one that has no commit: Git cannot add it, whoever asks. */
function emptyRepository(failure: unknown): Failure | null {
  const output = failure instanceof Failure ? failure.output : undefined;
  const [, folder] = /'(.+)\/' does not have a commit checked out/.exec(output ?? '') ?? [];
  if (folder === undefined) return null;
  return inputFailure({
    reason: 'git-empty-repository-inside',
    message: `${folder} is a Git repository of its own without a commit, and cannot be part of this one.`,
    hint: 'Remove its .git folder, name it in .gitignore, or pass --committed.',
    at: { file: folder },
    cause: failure,
  });
}

/** Hooks, hints and a shared index file would reach beyond the copy. */
const quiet = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.splitIndex=false'],
  ...['-c', 'core.safecrlf=false'],
  ...['-c', 'advice.addEmbeddedRepo=false'],
];

/** Gone from the index and from disk: `git add` knows no such path. Source: git-status, "Short Format". */
const stagedDeletion = 'D ';

/** Paths that differ from HEAD in the index or on disk, and untracked ones. Empty: clean. */
async function changedPaths(git: RunGit): Promise<{ status: string; path: string }[]> {
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'];
  const { stdout } = await git([...args, '--ignore-submodules=dirty'], {
    what: 'look for uncommitted files',
  });
  const lines = stdout.toString().split('\0');
  return lines
    .filter((line) => line !== '')
    .map((line) => ({ status: line.slice(0, 2), path: line.slice(3) }));
}

async function separateStore(paths: RepositoryPaths, folder: string): Promise<Record<string, string>> {
  const objectDirectory = join(folder, 'objects');
  const index = join(folder, 'index');
  await mkdir(objectDirectory, { recursive: true });
  await copyIndex(paths.index, index).catch(ifMissing(undefined));
  return {
    GIT_INDEX_FILE: index,
    GIT_OBJECT_DIRECTORY: objectDirectory,
    ...alternatesVariable([paths.objects]),
  };
}

/**
 * Copies an index with its time. Git reads again what was changed no earlier than the index was written, as sizes and
 * times may then be the same by chance (Documentation/technical/racy-git); a newer index would hide such files.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const { mtimeMs } = await stat(from);
  await copyFile(from, to);
  const seconds = Math.floor(mtimeMs) / 1000;
  await utimes(to, seconds, seconds);
}
