import { readFileSync } from 'node:fs';
import { utf8Text } from '../../utf8Text.ts';

/** A file of a repository; null: there is none. At once, for to wait takes longer than to read. */
export function readText(file: string): string | null {
  try {
    return utf8Text(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
