import { once } from '../once.ts';
import type { FileEntry, GitObjects, LargeObject, TreeEntry } from '../ports/git.ts';

/**
 * One tree of the monorepo, read lazily: only folders and files that somebody asks for are read, and
 * folders that two snapshots share are read once.
 */
export interface Snapshot {
  /** Id of the root tree. */
  readonly tree: string;
  /** The entry at a path, or null. `''` is the root. */
  entry(path: string): Promise<TreeEntry | null>;
  /**
   * The file of this name in a folder, which is not read for that; a symlink gives its target. Null: there may be none.
   * Absent where folders have to be read first.
   */
  readIn?(folder: string, name: string): Promise<{ oid: string; content: Buffer } | null>;
  /** One level below a folder; empty where there is no such folder. */
  children(path: string): Promise<readonly TreeEntry[]>;
  /** Every file below a folder, sorted by path bytes; submodules and symlinks are entries, not followed. */
  files(path: string): Promise<readonly FileEntry[]>;
  /** Content of a file, or null where there is none. Symlinks give their target. */
  read(path: string): Promise<Buffer | null>;
  /** Content of a blob by id. */
  readObject(oid: string): Promise<Buffer>;
  /** The same; what is too large to be held in memory as a stream. */
  openObject(oid: string): Promise<Buffer | LargeObject>;
}

/** A snapshot of `tree`, read through `objects`. */
export function openSnapshot(tree: string, objects: GitObjects): Snapshot {
  /** What was read already is there at once. */
  const opened = new Map<string, Folder | Promise<Folder>>();

  /** At once where the folder around was read already. */
  const locate = (path: string): TreeEntry | null | Promise<TreeEntry | null> => {
    if (path === '') return { name: '', mode: '040000', oid: tree };
    const slash = path.lastIndexOf('/');
    const parent = open(slash === -1 ? '' : path.slice(0, slash));
    const name = path.slice(slash + 1);
    return parent instanceof Promise ? parent.then(({ find }) => find(name)) : parent.find(name);
  };

  const open = (path: string): Folder | Promise<Folder> => {
    const known = opened.get(path);
    if (known !== undefined) return known;
    const opening = readFolder(locate(path), objects);
    opened.set(path, opening);
    opening.then(
      (found) => opened.set(path, found),
      // What is missing now may have been fetched when it is asked for again.
      () => opened.delete(path),
    );
    return opening;
  };

  const { readIn } = objects;
  return {
    tree,
    ...(readIn !== undefined && {
      async readIn(folder, name) {
        const found = await locate(folder);
        return found?.mode === '040000' ? readIn(found.oid, name) : null;
      },
    }),
    entry: async (path) => locate(path),
    children: async (path) => (await open(path)).entries,
    async files(path) {
      const found = await locate(path);
      if (found?.mode !== '040000') return [];
      return filesBelow(found.oid, path === '' ? '' : `${path}/`, objects);
    },
    async read(path) {
      const found = await locate(path);
      if (found === null || found.mode === '040000' || found.mode === '160000') return null;
      return objects.read(found.oid);
    },
    readObject: (oid) => objects.read(oid),
    openObject: (oid) => objects.open(oid),
  };
}

interface Folder {
  entries: readonly TreeEntry[];
  find(name: string): TreeEntry | null;
}

async function readFolder(
  at: TreeEntry | null | Promise<TreeEntry | null>,
  objects: GitObjects,
): Promise<Folder> {
  const found = at instanceof Promise ? await at : at;
  const entries = found?.mode === '040000' ? await objects.readTree(found.oid) : [];
  const byName = once(() => new Map(entries.map((entry) => [entry.name, entry])));
  // A map of a few takes longer to make than to look through them some times.
  const few = entries.length <= 16;
  return {
    entries,
    find: (name) => (few ? entries.find((entry) => entry.name === name) : byName().get(name)) ?? null,
  };
}

/** In the order of the trees, which is that of whole paths: folders stand in them as if their names ended in a slash. */
async function filesBelow(tree: string, prefix: string, objects: GitObjects): Promise<FileEntry[]> {
  const entries = await objects.readTree(tree);
  const folders = entries.filter(({ mode }) => mode === '040000');
  const read = folders.map(
    async ({ name, oid }) => [name, await filesBelow(oid, `${prefix}${name}/`, objects)] as const,
  );
  const below = new Map(await Promise.all(read));
  return entries.flatMap(({ name, mode, oid }) =>
    mode === '040000' ? (below.get(name) ?? []) : { path: prefix + name, mode, oid },
  );
}

/** Order of UTF-8 bytes, which is also the order of code points: the one order used wherever bytes must repeat. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return pointOrder(x) - pointOrder(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, but below U+E000 among UTF-16 units. */
function pointOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
