import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder and those above it. Node's own `recursive` never ends below /proc, which refuses with ENOENT. */
export async function makeFolder(folder: string): Promise<void> {
  const code = await tryToMake(folder);
  if (code !== 'ENOENT' || dirname(folder) === folder) return;
  await makeFolder(dirname(folder));
  await mkdir(folder);
}

/** What refused it, where that may be mended; null where the folder stands. */
async function tryToMake(folder: string): Promise<'ENOENT' | null> {
  try {
    await mkdir(folder);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return code;
    if (code === 'EEXIST') return null;
    throw error;
  }
}
