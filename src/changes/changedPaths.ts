import type { GitObjects, TreeEntry } from '../ports/git.ts';

/**
 * Paths that differ between two trees: changed in content or mode, added or removed. Folders that are equal
 * by id are never opened, so the cost follows the change.
 */
export async function changedPaths(objects: GitObjects, before: string, after: string): Promise<string[]> {
  return before === after ? [] : compareFolders(objects, before, after, '');
}

async function compareFolders(
  objects: GitObjects,
  before: string | null,
  after: string | null,
  prefix: string,
): Promise<string[]> {
  const [old, young] = await Promise.all([entriesOf(objects, before), entriesOf(objects, after)]);
  const differing = [...new Set([...old.keys(), ...young.keys()])].filter((name) => {
    const [a, b] = [old.get(name), young.get(name)];
    return a?.oid !== b?.oid || a?.mode !== b?.mode;
  });
  const found = await Promise.all(
    differing.map(async (name) => {
      const [a, b] = [old.get(name), young.get(name)];
      const path = prefix + name;
      const files = isFile(a) || isFile(b) ? [path] : [];
      if (!isFolder(a) && !isFolder(b)) return files;
      const below = compareFolders(
        objects,
        isFolder(a) ? a.oid : null,
        isFolder(b) ? b.oid : null,
        `${path}/`,
      );
      return [...files, ...(await below)];
    }),
  );
  return found.flat();
}

async function entriesOf(objects: GitObjects, tree: string | null): Promise<Map<string, TreeEntry>> {
  const entries = tree === null ? [] : await objects.readTree(tree);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function isFolder(entry: TreeEntry | undefined): entry is TreeEntry {
  return entry?.mode === '040000';
}

function isFile(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && entry.mode !== '040000';
}
