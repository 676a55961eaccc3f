import { posix } from 'node:path';
import micromatch from 'micromatch';
import { globMatcher } from './globMatcher.ts';
import { compareBytes, type Snapshot } from './snapshot.ts';

/** Never searched, as in Yarn (`Workspace#setup` in @yarnpkg/core). */
const skipped = new Set(['node_modules', '.git', '.yarn']);

/**
 * Folders that `workspaces` globs match, from the root of the repo, sorted. Reads only the folders that a
 * pattern can reach. Globs are relative to `from`; those that start with `!` take folders away.
 */
export async function workspaceFolders(
  snapshot: Snapshot,
  globs: readonly string[],
  from = '',
): Promise<string[]> {
  const patterns = globs.flatMap(expanded).map(normal);
  const negative = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const found = new Set<string>();
  const positive = patterns.filter((pattern) => !pattern.startsWith('!'));
  await Promise.all(positive.map((pattern) => match(snapshot, '', pattern.split('/'), from, found)));
  const isTakenAway = globMatcher(negative);
  const kept = [...found].filter((folder) => !isTakenAway(folder));
  return kept.map((folder) => join(from, folder)).sort(compareBytes);
}

async function match(
  snapshot: Snapshot,
  folder: string,
  segments: readonly string[],
  from: string,
  found: Set<string>,
): Promise<void> {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    if (folder !== '') found.add(folder);
    return;
  }
  if (segment === '**') {
    const below = await folders(snapshot, join(from, folder), '*');
    await Promise.all([
      match(snapshot, folder, rest, from, found),
      ...below.map((name) => match(snapshot, join(folder, name), segments, from, found)),
    ]);
    return;
  }
  const names = await folders(snapshot, join(from, folder), segment);
  await Promise.all(names.map((name) => match(snapshot, join(folder, name), rest, from, found)));
}

async function folders(snapshot: Snapshot, parent: string, pattern: string): Promise<string[]> {
  const children = await snapshot.children(parent);
  const fits = globMatcher([pattern]);
  return children
    .filter(({ name, mode }) => mode === '040000' && !skipped.has(name) && fits(name))
    .map(({ name }) => name);
}

function expanded(glob: string): string[] {
  return glob.includes('{') ? micromatch.braces(glob, { expand: true }) : [glob];
}

/** `./packages//*` and `packages/./*` are `packages/*`. */
function normal(glob: string): string {
  const isNegated = glob.startsWith('!');
  const body = posix.normalize(isNegated ? glob.slice(1) : glob).replace(/^\/+|\/+$/g, '');
  return isNegated ? `!${body}` : body;
}

function join(folder: string, name: string): string {
  return folder === '' ? name : name === '' ? folder : `${folder}/${name}`;
}
