import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LayerEntry } from './layer.ts';

/** Writes files below a folder, over what is there. */
export async function writeFiles(folder: string, entries: readonly LayerEntry[]): Promise<void> {
  const folders = new Set(entries.map(({ path }) => dirname(join(folder, path))));
  for (const each of folders) await mkdir(each, { recursive: true });
  for (const entry of entries) {
    const target = join(folder, entry.path);
    if (entry.type === 'symlink') {
      await rm(target, { force: true });
      await symlink(entry.target, target);
    } else if (entry.type === 'file' && 'open' in entry) {
      const content = await entry.open();
      await (Buffer.isBuffer(content)
        ? writeFile(target, content)
        : pipeline(content.stream(), createWriteStream(target)));
      await chmod(target, entry.executable ? 0o755 : 0o644);
    }
  }
}

/**
 * The files below `folder/path`, as entries at that same path. `leaveOut` is asked with paths relative to `folder`;
 * a folder that it names is not entered.
 */
export async function readFiles(
  folder: string,
  path: string,
  leaveOut: (path: string) => boolean,
): Promise<LayerEntry[]> {
  const names = await readdir(join(folder, path)).catch(() => [] as string[]);
  const nested = await Promise.all(
    names.map(async (name): Promise<LayerEntry[]> => {
      const inside = path === '' ? name : `${path}/${name}`;
      if (leaveOut(inside)) return [];
      const diskPath = join(folder, inside);
      const found = await lstat(diskPath);
      if (found.isDirectory()) return readFiles(folder, inside, leaveOut);
      if (found.isSymbolicLink()) {
        return [{ path: inside, type: 'symlink', target: await readlink(diskPath) }];
      }
      if (!found.isFile()) return [];
      const executable = (found.mode & 0o100) !== 0;
      return [{ path: inside, type: 'file', executable, diskPath, size: found.size }];
    }),
  );
  return nested.flat();
}
