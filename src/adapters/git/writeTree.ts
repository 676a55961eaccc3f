import type { FileEntry, TreeEntry } from '../../ports/git.ts';
import type { ObjectReader } from './objects.ts';
import type { StoreObject } from './storeObject.ts';

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
  { store, objects }: { store: StoreObject; objects: ObjectReader },
): Promise<string> {
  const root: Folder = { base: baseTree, files: new Map(), folders: new Map() };
  for (const [path, change] of changes) place(root, path.split('/'), change);
  return (await writeFolder(root, objects, store)) ?? store('tree', '');
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

/** Stores the folder's tree after those below it; gives its id, or null where nothing is left in it. */
async function writeFolder(
  folder: Folder,
  objects: ObjectReader,
  store: StoreObject,
): Promise<string | null> {
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
    const kept = before?.mode === '040000' ? before.oid : null;
    const tree = await writeFolder({ ...below, base: kept }, objects, store);
    if (tree === null) entries.delete(name);
    else entries.set(name, { name, mode: '040000', oid: tree });
  }
  if (entries.size === 0) return null;
  const sorted = [...entries.values()].sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  return store('tree', Buffer.concat(sorted.map(entryBytes)));
}

/** Git sorts folders as if their names ended in a slash. */
function sortKey({ name, mode }: TreeEntry): Buffer {
  return Buffer.from(mode === '040000' ? `${name}/` : name);
}

/** @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function entryBytes({ name, mode, oid }: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`), Buffer.from(oid, 'hex')]);
}
