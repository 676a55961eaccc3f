import { temporaryFolder } from '../../cleanup/temporaryFolder.ts';
import { once } from '../../once.ts';
import type { Git } from '../../ports/git.ts';
import { findPlainRepository } from './findPlainRepository.ts';
import { bindGit, type GitSurroundings, type RunGit } from './gitProcess.ts';
import { openHistory } from './history.ts';
import { openObjects } from './objects.ts';
import { openPartialClone } from './partialClone.ts';
import { openRemote } from './remote.ts';
import { remoteAddresses } from './remoteAddresses.ts';
import { remoteCredentials } from './remoteCredentials.ts';
import { remoteSettings } from './remoteSettings.ts';
import { findRepository, type RepositoryPaths } from './repositoryPaths.ts';
import { openWorktree } from './worktree.ts';
import { openWriter } from './writer.ts';

interface GitOptions extends GitSurroundings {
  /** Default `origin`; it need not exist until it is used. */
  remoteName?: string;
  /**
   * Says what is fetched because a partial clone lacks it: all that is asked for at a time at once. Without it, Git
   * fetches each object on its own.
   */
  note?: (message: string) => void;
  /** Where the repository's parts are, if that is known. */
  paths?: RepositoryPaths;
}

/**
 * The repository around `cwd`, through the `git` command. Rejects with an input failure: `git-not-installed`,
 * `git-not-a-repository`, `git-dubious-ownership`; a Git that is too old is noticed at the first command that it
 * does not know (`git-too-old`).
 */
export async function openGit({ remoteName = 'origin', note, ...options }: GitOptions): Promise<Git> {
  const paths = options.paths ?? findPlainRepository(options) ?? (await findRepository(options));
  const inRoot = { ...options, cwd: paths.root };
  const plain = bindGit(inRoot);
  const { env } = options;
  const credentials = once(async () =>
    remoteCredentials(await remoteAddresses({ paths, git: plain, name: remoteName, env }), env),
  );
  const settings = note === undefined ? null : await remoteSettings(paths, plain, remoteName);
  // Whatever reads a partial clone may go to the remote.
  const forAll = settings?.isPartial ? (await credentials()).fetch : {};
  const surroundings = { ...inRoot, env: { ...env, ...forAll } };
  const git = bindGit(surroundings);
  const reading: RunGit = async (args, how) => git(args, { ...how, env: (await credentials()).fetch });
  const writing: RunGit = async (args, how) => git(args, { ...how, env: (await credentials()).push });
  const mayFetch = env.GIT_NO_LAZY_FETCH !== '1';
  const partial =
    note !== undefined && settings?.isPartial ? openPartialClone({ git, remoteName, mayFetch, note }) : null;
  const objects = openObjects(surroundings, partial);
  const temporary = temporaryFolder('git');
  const history = openHistory(paths, git, objects, partial);
  return {
    objects,
    history,
    worktree: openWorktree(paths, git, objects, history, temporary),
    remote: openRemote(remoteName, paths, { git, reading, writing }, history),
    writer: openWriter(paths, git, objects, temporary),
    async close() {
      await objects.close();
      await temporary.remove();
    },
  };
}
