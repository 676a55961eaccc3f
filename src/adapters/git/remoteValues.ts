import { join } from 'node:path';
import type { RunGit } from './gitProcess.ts';
import { readText } from './readText.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/** What the configuration says of one remote. Keys are in lower case, and may come more than once. */
export type RemoteValues = readonly (readonly [key: string, value: string])[];

/** Read from the repository's own file where that is as `git clone` writes it, and asked of Git elsewhere. */
export async function remoteValues(
  { commonDirectory }: RepositoryPaths,
  git: RunGit,
  name: string,
): Promise<RemoteValues> {
  const file = readText(join(commonDirectory, 'config')) ?? '';
  return plainValues(file, name) ?? (await askedValues(git, name));
}

/** As `git clone` writes the section; null where only Git itself can read it (includes, escapes, continued lines). */
function plainValues(file: string, name: string): RemoteValues | null {
  if (/include|\\$/im.test(file)) return null;
  const sections = file.split(/^(?=\[)/m).filter((section) => section.startsWith(`[remote "${name}"]`));
  const lines = sections.flatMap((section) => section.split('\n').slice(1));
  const values = lines.map((line) => /^\s*(\w+) = (?:"([^"\\]*)"|([^"#;]*))$/.exec(line));
  if (values.some((value, index) => value === null && lines[index]?.trim() !== '')) return null;
  return values.flatMap((value) =>
    value === null ? [] : [[value[1]?.toLowerCase() ?? '', value[2] ?? value[3]?.trim() ?? ''] as const],
  );
}

async function askedValues(git: RunGit, name: string): Promise<RemoteValues> {
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
