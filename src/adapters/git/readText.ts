import { readFileSync } from 'node:fs';

/** A small file of a repository; null: there is none. At once, for to wait takes longer than to read. */
export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
