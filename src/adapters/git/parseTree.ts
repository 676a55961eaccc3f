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
  // Cut out of two texts: to decode each name and id by itself takes several times as long.
  const text = content.toString('latin1');
  const hex = content.toString('hex');
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < text.length) {
    const space = text.indexOf(' ', at);
    const end = text.indexOf('\0', space);
    const next = end + 1 + idBytes;
    const mode = modes[text.slice(at, space)];
    if (mode === undefined || space === -1 || end === -1 || next > text.length) {
      throw new Error(`Malformed tree object at byte ${at}`);
    }
    const plain = text.slice(space + 1, end);
    const name = beyondAscii.test(plain) ? content.toString('utf8', space + 1, end) : plain;
    entries.push({ name, mode, oid: hex.slice(2 * (end + 1), 2 * next) });
    at = next;
  }
  return entries;
}

const beyondAscii = /[\x80-\xff]/;
