import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  /** The folder, made at the first call. */
  path(): Promise<string>;
  remove(): Promise<void>;
}

/** A folder of our own outside the repository. It is removed at the latest when the program ends. */
export function temporaryFolder(): TemporaryFolder {
  let made: string | null = null;
  const remove = () => {
    if (made !== null) rmSync(made, { recursive: true, force: true });
    made = null;
    process.off('exit', remove);
  };
  return {
    async path() {
      if (made === null) {
        made = mkdtempSync(join(tmpdir(), 'shipyarn-git-'));
        process.once('exit', remove);
      }
      return made;
    },
    async remove() {
      remove();
    },
  };
}
