import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tempDir } from './tempDir.ts';
import { whenFileEnds } from './whenFileEnds.ts';

const run = promisify(execFile);
const mounted = new Set<string>();

whenFileEnds(async () => {
  for (const folder of mounted) await run('umount', [folder]);
  mounted.clear();
});

/** A file system of its own that holds a few megabytes; `grow` gives it room. */
export async function smallDisk(size: string): Promise<{ folder: string; grow(): Promise<void> }> {
  const folder = await tempDir('small-disk');
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  mounted.add(folder);
  return {
    folder,
    grow: async () => void (await run('mount', ['-o', 'remount,size=2g', folder])),
  };
}

/** Why no file system can be mounted here; nothing where one can. */
export async function smallDiskMissing(): Promise<string | undefined> {
  const folder = await tempDir('small-disk');
  return run('mount', ['-t', 'tmpfs', 'tmpfs', folder])
    .then(() => run('umount', [folder]))
    .then(
      () => undefined,
      () => 'mounting a small file system needs root',
    );
}
