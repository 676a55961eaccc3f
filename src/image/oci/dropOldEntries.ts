import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Days after which what nobody used goes. */
const KEPT_DAYS = 30;

/** Removes what has not been used for a month from this machine's cache; none of it is lost, it can be made again. */
export async function dropOldEntries(cacheFolder: string): Promise<void> {
  const oldest = Date.now() - KEPT_DAYS * 24 * 60 * 60 * 1000;
  for (const kind of ['dependencies', 'installs', 'builds', 'host-base']) {
    const names = await readdir(join(cacheFolder, kind)).catch(() => [] as string[]);
    for (const name of names) {
      const path = join(cacheFolder, kind, name);
      const found = await stat(path).catch(() => null);
      if (found !== null && found.mtimeMs < oldest) await rm(path, { recursive: true, force: true });
    }
  }
}
