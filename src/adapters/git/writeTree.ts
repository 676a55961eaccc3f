import { createHash } from 'node:crypto';
import type { FileEntry, TreeEntry } from '../../ports/git.ts';
import type { RunGit } from './gitProcess.ts';
import type { ObjectReader } from './objects.ts';

/** Files to put into a tree, or to take out of it (null), by path. */
export type TreeChanges = ReadonlyMap<string, { oid: string; mode?: FileEntry['mode'] } | null>;

interface Folder {
  base: string | null;
  files: Map<string, { oid: string; mode?: FileEntry['mode'] } | null>;
  folders: Map<string, Folder>;
}

/**
 * A copy of `baseTree` with some files changed. Reads and writes only the folders on their paths, so that a
 * clone which holds no others will do, and a large repository costs no more than a small one.
 */
export async function writeTree(
  baseTree: string | null,
  changes: TreeChanges,
  { git, objects }: { git: RunGit; objects: ObjectReader },
): Promise<string> {
  const root: Folder = { base: baseTree, files: new Map(), folders: new Map() };
  for (const [path, change] of changes) place(root, path.split('/'), change);
  const written: TreeEntry[][] = [];
  const added = [...changes.values()].find((change) => change !== null);
  const oid = await writeFolder(root, objects, written, baseTree?.length ?? added?.oid.length ?? 40);
  await git(['mktree', '-z', '--missing', '--batch'], {
    what: 'store a tree',
    input: written.map((entries) => `${entries.map(line).join('')}\0`).join(''),
  });
  return oid;
}

function place(folder: Folder, [name = '', ...rest]: string[], change: { oid: string } | null): void {
  if (rest.length === 0) {
    folder.files.set(name, change);
    return;
  }
  const below = folder.folders.get(name) ?? { base: null, files: new Map(), folders: new Map() };
  folder.folders.set(name, below);
  place(below, rest, change);
}

/** Adds the folder's tree and those below it to `written`, deepest first; gives its id. */
async function writeFolder(
  folder: Folder,
  objects: ObjectReader,
  written: TreeEntry[][],
  oidLength: number,
): Promise<string> {
  const base = folder.base === null ? [] : await objects.readTree(folder.base);
  const entries = new Map(base.map((entry) => [entry.name, entry]));
  for (const [name, change] of folder.files) {
    const before = entries.get(name)?.mode;
    const kept = before === '100755' || before === '120000' ? before : '100644';
    if (change === null) entries.delete(name);
    else entries.set(name, { name, mode: change.mode ?? kept, oid: change.oid });
  }
  for (const [name, below] of folder.folders) {
    const before = entries.get(name);
    const tree = await writeFolder(
      { ...below, base: before?.mode === '040000' ? before.oid : null },
      objects,
      written,
      oidLength,
    );
    if (tree === emptyTree(oidLength)) entries.delete(name);
    else entries.set(name, { name, mode: '040000', oid: tree });
  }
  const sorted = [...entries.values()].sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  written.push(sorted);
  return treeId(sorted, oidLength);
}

/** Git sorts folders as if their names ended in a slash. */
function sortKey({ name, mode }: TreeEntry): Buffer {
  return Buffer.from(mode === '040000' ? `${name}/` : name);
}

function line({ name, mode, oid }: TreeEntry): string {
  const type = mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
  return `${mode} ${type} ${oid}\t${name}\0`;
}

/** @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function treeId(entries: readonly TreeEntry[], oidLength: number): string {
  const body = Buffer.concat(
    entries.flatMap(({ name, mode, oid }) => [
      Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`),
      Buffer.from(oid, 'hex'),
    ]),
  );
  return createHash(oidLength === 40 ? 'sha1' : 'sha256')
    .update(`tree ${body.length}\0`)
    .update(body)
    .digest('hex');
}

function emptyTree(oidLength: number): string {
  return treeId([], oidLength);
}
