import { resolve } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { bindGit, type GitSurroundings } from './gitProcess.ts';

/** Where one repository keeps its parts; all absolute. */
export interface RepositoryPaths {
  /** Root of the working directory; the Git directory of a bare repository. */
  root: string;
  /** Of this working directory: HEAD, index. */
  gitDirectory: string;
  /** The folder that linked working directories share: refs, objects, configuration. */
  commonDirectory: string;
  objects: string;
  index: string;
  bare: boolean;
}

/** Asks Git where the repository around `cwd` is. Input failures: not a repository, not ours to read. */
export async function findRepository(surroundings: GitSurroundings): Promise<RepositoryPaths> {
  const git = bindGit(surroundings);
  const questions = [
    '--is-bare-repository',
    '--absolute-git-dir',
    '--git-common-dir',
    '--git-path',
    'objects',
    '--git-path',
    'index',
  ];
  const { exitCode, stdout, stderr } = await git(['rev-parse', ...questions, '--show-toplevel'], {
    what: 'find the Git repository',
    accept: [0, 128],
  });
  const [bare, gitDirectory, common, objects, index, root] = stdout.toString().split('\n');
  // A bare repository answers all but the last question.
  if (!gitDirectory || !common || !objects || !index || (exitCode !== 0 && bare !== 'true')) {
    throw repositoryFailure(surroundings.cwd, stderr);
  }
  const absolute = (path: string) => resolve(surroundings.cwd, path);
  return {
    root: absolute(root || common),
    gitDirectory,
    commonDirectory: absolute(common),
    objects: absolute(objects),
    index: absolute(index),
    bare: bare === 'true',
  };
}

function repositoryFailure(cwd: string, stderr: string): Error {
  const output = stderr.trim();
  if (/dubious ownership/.test(stderr)) {
    return inputFailure({
      reason: 'git-dubious-ownership',
      message: `Git does not trust the repository around ${cwd}, because another user owns it.`,
      hint: `If that is right, run \`git config --global --add safe.directory ${cwd}\`.`,
      output,
    });
  }
  return inputFailure({
    reason: 'git-not-a-repository',
    message: `${cwd} is not inside a Git repository's working directory.`,
    hint: 'Run shipyarn inside the monorepo, or `git init` and commit it first.',
    output,
  });
}
