import { Readable } from 'node:stream';
import { pack as tarPack } from 'tar-stream';
import { inputFailure } from '../errors.ts';
import type { ContextContents, ContextEntry, ContextLayerName } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';

/** Every entry's time: 1980, the earliest that zip and tar tools agree on. */
const fixedTime = new Date(315_532_800_000);

/**
 * A context as an uncompressed tar, the same bytes for the same contents: sorted entries, one time, owner 0.
 * One file is in memory at a time. `only`: the files of these layers, and no Dockerfile.
 */
export function contextTar(
  contents: ContextContents,
  snapshot: Snapshot,
  only?: readonly ContextLayerName[],
): Readable {
  if (only === undefined) return entriesTar(contextEntries(contents), snapshot);
  const layers = contents.layers.filter(({ name }) => only.includes(name));
  return entriesTar(
    layers.flatMap(({ entries }) => entries),
    snapshot,
  );
}

/** Every entry of a context: the Dockerfile, then the layers one after the other. */
export function contextEntries(contents: ContextContents): ContextEntry[] {
  const { path, text } = contents.dockerfile;
  const dockerfile: ContextEntry = { path, mode: '100644', from: { content: () => Buffer.from(text) } };
  return [dockerfile, ...contents.layers.flatMap(({ entries }) => entries)];
}

/** Some entries as a tar. */
export function entriesTar(entries: readonly ContextEntry[], snapshot: Snapshot): Readable {
  const pack = tarPack();
  write(entries, snapshot, pack).then(
    () => pack.finalize(),
    (error) => pack.destroy(error),
  );
  return Readable.from(pack);
}

async function write(
  entries: readonly ContextEntry[],
  snapshot: Snapshot,
  pack: ReturnType<typeof tarPack>,
): Promise<void> {
  for (const entry of entries) {
    const content = await contentOf(entry, snapshot);
    await new Promise<void>((resolve, reject) => {
      // Called once the reader has taken the entry, so that one file is in memory at a time.
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      const common = { name: entry.path, mtime: fixedTime, uid: 0, gid: 0 };
      if (entry.mode === '120000') {
        pack.entry({ ...common, type: 'symlink', mode: 0o777, linkname: content.toString('utf8') }, done);
      } else {
        pack.entry({ ...common, mode: entry.mode === '100755' ? 0o755 : 0o644 }, content, done);
      }
    });
  }
}

/** Content of one entry. Rejects where Git holds only a Git LFS pointer to it. */
export async function contentOf(entry: ContextEntry, snapshot: Snapshot): Promise<Buffer> {
  if (!('oid' in entry.from)) return entry.from.content();
  const content = await snapshot.readObject(entry.from.oid);
  checkLfs(entry, content);
  return content;
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
