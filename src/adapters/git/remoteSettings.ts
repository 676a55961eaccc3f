import { join } from 'node:path';
import type { RemoteSettings } from '../../ports/git.ts';
import type { RunGit } from './gitProcess.ts';
import { readText } from './readText.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/** How a clone fetches from one of its remotes; null where it has no such remote. */
export async function remoteSettings(
  { commonDirectory }: RepositoryPaths,
  git: RunGit,
  name: string,
): Promise<RemoteSettings | null> {
  const file = readText(join(commonDirectory, 'config')) ?? '';
  const values = plainValues(file, name) ?? (await askedValues(git, name));
  const all = (key: string) => values.filter(([known]) => known === key).map(([, value]) => value);
  if (all('url').length === 0) return null;
  const allBranches = all('fetch').some((refspec) => /^\+?refs\/(heads\/)?\*:/.test(refspec));
  return {
    leavesOutTags: !allBranches || all('tagopt').includes('--no-tags'),
    isPartial: all('promisor').includes('true') || all('partialclonefilter').length > 0,
  };
}

/** Keys are in lower case. */
type Values = [key: string, value: string][];

/** As `git clone` writes the section; null where only Git itself can read it (includes, quotes, continued lines). */
function plainValues(file: string, name: string): Values | null {
  if (/include|\\$/im.test(file)) return null;
  const sections = file.split(/^(?=\[)/m).filter((section) => section.startsWith(`[remote "${name}"]`));
  const lines = sections.flatMap((section) => section.split('\n').slice(1));
  const values = lines.map((line) => /^\s*(\w+) = ([^"#;]*)$/.exec(line));
  if (values.some((value, index) => value === null && lines[index]?.trim() !== '')) return null;
  return values.flatMap((value) => (value === null ? [] : [[value[1]?.toLowerCase() ?? '', value[2] ?? '']]));
}

async function askedValues(git: RunGit, name: string): Promise<Values> {
  const pattern = `^remote\\.${name.replace(/[^\w-]/g, '\\$&')}\\.`;
  const { stdout } = await git(['config', '--get-regexp', pattern], {
    what: `read the settings of the remote ${name}`,
    accept: [0, 1],
  });
  return stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, key = '', value = ''] = /^\S*\.(\S+) ?(.*)$/.exec(line) ?? [];
      return [key, value];
    });
}
