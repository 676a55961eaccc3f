import micromatch from 'micromatch';
import { inputFailure } from '../../errors.ts';
import type { FileEntry } from '../../ports/git.ts';
import { compareBytes, type Snapshot } from '../snapshot.ts';

/**
 * The files that a list in the configuration names: paths, folders and globs from the root of the repo, less those
 * after `!`. Rejects where one names nothing. `key`: the list's own name.
 */
export async function namedFiles(
  snapshot: Snapshot,
  globs: readonly string[],
  key: 'inputs' | 'installFiles',
): Promise<FileEntry[]> {
  const found = new Map<string, FileEntry>();
  const positive = globs.filter((glob) => !glob.startsWith('!'));
  const negative = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  for (const glob of positive) {
    const files = await matching(snapshot, glob.replace(/^(\.?\/)+/, ''));
    if (files.length === 0) throw nothingMatches(key, glob);
    for (const file of files) {
      if (!micromatch.isMatch(file.path, negative, { dot: true })) found.set(file.path, file);
    }
  }
  return [...found.values()].sort((a, b) => compareBytes(a.path, b.path));
}

async function matching(snapshot: Snapshot, glob: string): Promise<FileEntry[]> {
  const { base, glob: rest } = micromatch.scan(glob);
  if (rest === '') return fileOrFolder(snapshot, glob.replace(/\/$/, ''));
  const files = await snapshot.files(base);
  return files.filter(({ path }) => micromatch.isMatch(path, glob, { dot: true }));
}

/** The file at a path, or all files below a folder. */
export async function fileOrFolder(snapshot: Snapshot, path: string): Promise<FileEntry[]> {
  const entry = await snapshot.entry(path);
  if (entry === null) return [];
  const { mode, oid } = entry;
  return mode === '040000' ? [...(await snapshot.files(path))] : [{ path, mode, oid }];
}

function nothingMatches(key: string, glob: string) {
  return inputFailure({
    reason: 'input-without-files',
    message: `\`${key}\` names ${glob}, which matches no committed file.`,
    hint: 'Correct the path (from the root of the repo), or take it out.',
  });
}
