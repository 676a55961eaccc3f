import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderPrefix, sweepFolders } from './sweepFolders.ts';

export interface TemporaryFolder {
  /** The folder, made at the first call. */
  path(): Promise<string>;
  remove(): Promise<void>;
}

const swept = new Set<string>();

/**
 * A folder of our own below the system's one for temporary files, or `within` another. It is gone when the program ends,
 * at a signal, too; after a SIGKILL a later run removes it. `kind`: what it is for, in lower-case letters.
 */
export function temporaryFolder(kind: string, within?: string): TemporaryFolder {
  let made: string | null = null;
  const removeNow = () => {
    if (made !== null) rmSync(made, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    async path() {
      if (made === null) {
        const parent = within ?? tmpdir();
        made = mkdtempSync(join(parent, folderPrefix(kind)));
        process.once('exit', removeNow);
        if (!swept.has(parent)) void sweepFolders(parent);
        swept.add(parent);
      }
      return made;
    },
    async remove() {
      if (made === null) return;
      // It may have been moved to where it was made for.
      if (existsSync(made)) await rm(made, { recursive: true, force: true, maxRetries: 5 });
      process.off('exit', removeNow);
      made = null;
    },
  };
}

/** Lends a temporary folder to `use`. */
export async function withTemporaryFolder<T>(
  kind: string,
  use: (folder: string) => Promise<T>,
  parent?: string,
): Promise<T> {
  const folder = temporaryFolder(kind, parent);
  try {
    return await use(await folder.path());
  } finally {
    await folder.remove();
  }
}
