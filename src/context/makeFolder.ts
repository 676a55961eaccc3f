import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a folder and those above it. Node's own `recursive` never ends below /proc, which refuses with ENOENT. */
export function makeFolder(folder: string): void {
  const code = tryToMake(folder);
  if (code !== 'ENOENT' || dirname(folder) === folder) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** What refused it, where that may be mended; null where the folder stands. */
function tryToMake(folder: string): 'ENOENT' | null {
  try {
    mkdirSync(folder);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return code;
    if (code === 'EEXIST') return null;
    throw error;
  }
}
