import { Failure, inputFailure } from '../../errors.ts';
import { longestSilence } from '../longestSilence.ts';
import { type ProcessResult, runProcess } from '../runProcess.ts';

interface GitRunOptions {
  /** To follow "Could not": `read the tags`. */
  what: string;
  input?: Buffer | string;
  accept?: readonly number[];
  /** Added to the environment: `GIT_INDEX_FILE`, say. */
  env?: Readonly<Record<string, string>>;
}

/** Runs `git` in one repository. */
export type RunGit = (args: readonly string[], options: GitRunOptions) => Promise<ProcessResult>;

export interface GitSurroundings {
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Settings of the user that would change what Git prints, or make it do more than it is asked. */
const fixedSettings = [
  '--no-pager',
  '--literal-pathspecs',
  ...['-c', 'core.quotePath=false'],
  ...['-c', 'log.showSignature=false'],
  ...['-c', 'log.showRoot=true'],
  ...['-c', 'i18n.logOutputEncoding=UTF-8'],
  ...['-c', 'i18n.commitEncoding=UTF-8'],
];

/**
 * Variables that tie Git to one repository, as hooks find them set (`git rev-parse --local-env-vars`, without
 * GIT_CONFIG_*, which people set on purpose). The folder decides here: the infra repo is another one.
 */
const repositoryVariables = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

/** `--literal-pathspecs` bears none of these beside it. */
const pathspecVariables = ['GIT_GLOB_PATHSPECS', 'GIT_ICASE_PATHSPECS', 'GIT_NOGLOB_PATHSPECS'];

export function gitArguments(args: readonly string[]): string[] {
  return [...fixedSettings, ...args];
}

/** The environment that every Git process gets: plain English, no questions, no locks for the sake of speed. */
export function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  };
  for (const name of [...repositoryVariables, ...pathspecVariables]) delete own[name];
  return own;
}

/** Binds a folder and an environment. A Git that hangs is ended. Failures of a Git that is too old say so. */
export function bindGit({ cwd, env }: GitSurroundings): RunGit {
  const base = gitEnvironment(env);
  const silence = longestSilence(env);
  const run = (args: readonly string[], options: Omit<GitRunOptions, 'env'>, added = {}) =>
    runProcess({
      command: 'git',
      args: gitArguments(args),
      cwd,
      env: { ...base, ...added },
      silence,
      ...options,
    });
  return (args, { env: added, ...options }) =>
    run(args, options, added).catch(async (failure) => {
      throw await namedFailure(failure, () => run(['version'], { what: 'ask Git for its version' }));
    });
}

/** `log --diff-merges=first-parent` came with 2.31. */
const oldest = [2, 31] as const;

/** Asked only when something failed: no run pays for it that works. */
async function namedFailure(failure: unknown, version: () => Promise<ProcessResult>): Promise<unknown> {
  if (!(failure instanceof Failure)) return failure;
  const hint = `Install Git ${oldest.join('.')} or newer and see that it is on the PATH.`;
  if (failure.reason === 'command-not-found') {
    return inputFailure({ reason: 'git-not-installed', message: failure.message, hint, cause: failure });
  }
  const shown = (await version().catch(() => null))?.stdout.toString().trim() ?? '';
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(shown) ?? []).map(Number);
  const isOld = shown !== '' && (major < oldest[0] || (major === oldest[0] && minor < oldest[1]));
  return isOld
    ? inputFailure({ reason: 'git-too-old', message: `${shown} is too old.`, hint, cause: failure })
    : failure;
}
