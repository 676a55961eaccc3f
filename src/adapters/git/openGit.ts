import { temporaryFolder } from '../../cleanup/temporaryFolder.ts';
import type { Git } from '../../ports/git.ts';
import { findPlainRepository } from './findPlainRepository.ts';
import { bindGit, type GitSurroundings } from './gitProcess.ts';
import { openHistory } from './history.ts';
import { openObjects } from './objects.ts';
import { openRemote } from './remote.ts';
import { findRepository } from './repositoryPaths.ts';
import { openWorktree } from './worktree.ts';
import { openWriter } from './writer.ts';

/**
 * The repository around `cwd`, through the `git` command. Rejects with an input failure: `git-not-installed`,
 * `git-not-a-repository`, `git-dubious-ownership`; a Git that is too old is noticed at the first command that it
 * does not know (`git-too-old`).
 * @param remoteName Default `origin`; it need not exist until it is used.
 */
export async function openGit(options: GitSurroundings & { remoteName?: string }): Promise<Git> {
  const paths = findPlainRepository(options) ?? (await findRepository(options));
  const inRoot = { ...options, cwd: paths.root };
  const git = bindGit(inRoot);
  const objects = openObjects(inRoot);
  const temporary = temporaryFolder('git');
  const history = openHistory(paths, git, objects);
  return {
    objects,
    history,
    worktree: openWorktree(paths, git, objects, history, temporary),
    remote: openRemote(options.remoteName ?? 'origin', paths, git, history),
    writer: openWriter(paths, git, objects, temporary),
    async close() {
      await objects.close();
      await temporary.remove();
    },
  };
}
