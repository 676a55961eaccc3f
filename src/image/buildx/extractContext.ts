import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';

/**
 * Writes a context's tar into a folder that is made for it. Files get the time at which they are written: builders
 * know a file again by size and time, and the tar's are all alike.
 */
export async function extractContext(tar: Readable, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = extract();
  const arrived = pipeline(tar, entries);
  arrived.catch(() => {});
  for await (const entry of entries) {
    const { name, type, mode = 0o644, linkname } = entry.header;
    const target = join(folder, name);
    if (type === 'directory') await mkdir(target, { recursive: true });
    else await mkdir(dirname(target), { recursive: true });
    if (type === 'symlink') await symlink(linkname ?? '', target);
    if (type === 'file') await pipeline(entry, createWriteStream(target, { mode }));
    else entry.resume();
  }
  await arrived;
}
