import type { RemoteSettings } from '../../ports/git.ts';
import type { RunGit } from './gitProcess.ts';
import { remoteValues } from './remoteValues.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/** How a clone fetches from one of its remotes; null where it has no such remote. */
export async function remoteSettings(
  paths: RepositoryPaths,
  git: RunGit,
  name: string,
): Promise<RemoteSettings | null> {
  const values = await remoteValues(paths, git, name);
  const all = (key: string) => values.filter(([known]) => known === key).map(([, value]) => value);
  if (all('url').length === 0) return null;
  const allBranches = all('fetch').some((refspec) => /^\+?refs\/(heads\/)?\*:/.test(refspec));
  return {
    leavesOutTags: !allBranches || all('tagopt').includes('--no-tags'),
    isPartial: all('promisor').includes('true') || all('partialclonefilter').length > 0,
  };
}
