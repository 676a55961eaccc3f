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
  const folder = async (path: string): Promise<string | null> => {
    if (path === '') return tree;
    const found = await entry(path);
    return found?.mode === '040000' ? found.oid : null;
  };

  const children = async (path: string): Promise<readonly TreeEntry[]> => {
    const oid = await folder(path);
    return oid === null ? [] : objects.readTree(oid);
  };

  const entry = async (path: string): Promise<TreeEntry | null> => {
    if (path === '') return { name: '', mode: '040000', oid: tree };
    const slash = path.lastIndexOf('/');
    const siblings = await children(slash === -1 ? '' : path.slice(0, slash));
    const name = path.slice(slash + 1);
    return siblings.find((sibling) => sibling.name === name) ?? null;
  };

  return {
    tree,
    entry,
    children,
    async files(path) {
      const oid = await folder(path);
      if (oid === null) return [];
      const files = await filesBelow(oid, path === '' ? '' : `${path}/`, objects);
      return files.sort((a, b) => compareBytes(a.path, b.path));
    },
    async read(path) {
      const found = await entry(path);
      if (found === null || found.mode === '040000' || found.mode === '160000') return null;
      return objects.read(found.oid);
    },
    readObject: (oid) => objects.read(oid),
    openObject: (oid) => objects.open(oid),
  };
}

async function filesBelow(tree: string, prefix: string, objects: GitObjects): Promise<FileEntry[]> {
  const entries = await objects.readTree(tree);
  const nested = await Promise.all(
    entries.map(async ({ name, mode, oid }) =>
      mode === '040000'
        ? filesBelow(oid, `${prefix}${name}/`, objects)
        : [{ path: prefix + name, mode, oid }],
    ),
  );
  return nested.flat();
}

/** Order of UTF-8 bytes, which is also the order of code points: the one order used wherever bytes must repeat. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
