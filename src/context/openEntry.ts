import { inputFailure } from '../errors.ts';
import type { LargeObject } from '../ports/git.ts';
import type { ContextEntry } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';

/**
 * Content of one entry: its bytes, or a stream where they are too many to be held. Rejects where Git holds only a
 * Git LFS pointer to it.
 */
export async function openEntry(entry: ContextEntry, snapshot: Snapshot): Promise<Buffer | LargeObject> {
  if (!('oid' in entry.from)) return entry.from.content();
  const content = await snapshot.openObject(entry.from.oid);
  if (Buffer.isBuffer(content)) checkLfs(entry, content);
  return content;
}

/** What a symlink or a file that shipyarn writes holds. */
export async function readEntry({ from }: ContextEntry, snapshot: Snapshot): Promise<string> {
  const content = 'oid' in from ? await snapshot.readObject(from.oid) : from.content();
  return content.toString('utf8');
}

/** The pointer file's first line (Git LFS specification). */
const lfsPointer = 'version https://git-lfs.github.com/spec/v1\n';

function checkLfs(entry: ContextEntry, content: Buffer): void {
  if (content.length > 1024 || !content.subarray(0, lfsPointer.length).equals(Buffer.from(lfsPointer)))
    return;
  throw inputFailure({
    reason: 'lfs-pointer-in-context',
    message: `${entry.path} is a Git LFS pointer, not the file itself.`,
    hint: 'Leave it out in .dockerignore, or commit the file without LFS.',
    at: { file: entry.path },
  });
}
