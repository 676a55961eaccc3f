import { readdirSync } from 'node:fs';
import { inputFailure } from './errors.ts';

/** Whether a folder to write into is there already, and empty. Refuses one that holds something. */
export function checkEmpty(folder: string): boolean {
  const names = namesIn(folder);
  if (names === null || names.length === 0) return names !== null;
  throw inputFailure({
    reason: 'folder-not-empty',
    message: `${folder} is not empty.`,
    hint: 'Remove it, or name a folder that does not exist yet.',
  });
}

/** Null: there is no such folder. */
function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw inputFailure({
      reason: 'out-not-writable',
      message: `${folder} is no folder that can be written to (${code}).`,
      hint: 'Name a folder that does not exist yet.',
    });
  }
}
