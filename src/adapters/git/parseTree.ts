import type { TreeEntry, TreeMode } from '../../ports/git.ts';

const modes: Readonly<Record<string, TreeMode>> = {
  '100644': '100644',
  // Written by Git before 2005 and by some importers: group-writable, read as a plain file.
  '100664': '100644',
  '100755': '100755',
  '120000': '120000',
  '160000': '160000',
  '40000': '040000',
};

/**
 * The entries of a tree object: `<mode> <name>\0<binary id>` one after the other.
 * @param idBytes 20 for SHA-1, 32 for SHA-256.
 * @see https://git-scm.com/docs/gitformat-index and `Documentation/technical/hash-function-transition`
 */
export function parseTree(content: Buffer, idBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const next = end + 1 + idBytes;
    const mode = modes[content.toString('latin1', at, space)];
    if (mode === undefined || space === -1 || end === -1 || next > content.length) {
      throw new Error(`Malformed tree object at byte ${at}`);
    }
    entries.push({
      name: content.toString('utf8', space + 1, end),
      mode,
      oid: content.toString('hex', end + 1, next),
    });
    at = next;
  }
  return entries;
}
