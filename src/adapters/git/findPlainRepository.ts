import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GitSurroundings } from './gitProcess.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/**
 * The repository around `cwd` where it is of the usual kind: a `.git` folder of our own in this folder or one
 * above it. It saves the first Git process of every run. Null: Git itself has to say.
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export function findPlainRepository({ cwd, env }: GitSurroundings): RepositoryPaths | null {
  if (env.GIT_CEILING_DIRECTORIES !== undefined || !existsSync(cwd)) return null;
  for (let folder = realpathSync(cwd); ; folder = dirname(folder)) {
    const gitDirectory = join(folder, '.git');
    if (existsSync(gitDirectory)) return isPlain(folder, gitDirectory) ? pathsOf(folder, gitDirectory) : null;
    // A bare repository, or the inside of a `.git` folder.
    if (existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))) return null;
    if (folder === dirname(folder)) return null;
  }
}

function isPlain(root: string, gitDirectory: string): boolean {
  const parts = ['HEAD', 'objects', 'refs', 'config'].map((name) => join(gitDirectory, name));
  if (!statSync(gitDirectory).isDirectory() || !parts.every(existsSync)) return false;
  // Git refuses what somebody else owns, unless its configuration trusts it.
  const user = process.geteuid?.();
  if ([root, gitDirectory].some((path) => statSync(path).uid !== user)) return false;
  return !/worktree|bare\s*=\s*true|include/i.test(readFileSync(join(gitDirectory, 'config'), 'utf8'));
}

function pathsOf(root: string, gitDirectory: string): RepositoryPaths {
  return {
    root,
    gitDirectory,
    commonDirectory: gitDirectory,
    objects: join(gitDirectory, 'objects'),
    index: join(gitDirectory, 'index'),
    bare: false,
  };
}
