import { join } from 'node:path';
import type { TemporaryFolder } from '../../cleanup/temporaryFolder.ts';
import type { RunGit } from './gitProcess.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/**
 * Signs as the repository is configured to. Only `git tag` signs tags, and it always makes a ref; so it runs
 * in an empty repository of our own that stores into the real one's objects.
 */
export async function signTag(
  tag: { name: string; commit: string; message: string },
  identity: Readonly<Record<string, string>>,
  { paths, git, temporary }: { paths: RepositoryPaths; git: RunGit; temporary: TemporaryFolder },
): Promise<string> {
  const directory = join(await temporary.path(), 'signing.git');
  const format = tag.commit.length === 64 ? 'sha256' : 'sha1';
  await git(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, directory], {
    what: 'sign a tag',
  });
  const env = { ...identity, GIT_DIR: directory, GIT_OBJECT_DIRECTORY: paths.objects };
  const settings = ['-c', `include.path=${join(paths.commonDirectory, 'config')}`, '-c', 'core.bare=true'];
  await git(
    [...settings, 'tag', '--sign', '--force', '--cleanup=verbatim', '-F', '-', tag.name, tag.commit],
    {
      what: `sign the tag ${tag.name}`,
      input: tag.message,
      env,
    },
  );
  const { stdout } = await git(['rev-parse', '--verify', `refs/tags/${tag.name}`], {
    what: 'sign a tag',
    env,
  });
  return stdout.toString().trim();
}
