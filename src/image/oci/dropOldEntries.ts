import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const DAY = 24 * 60 * 60 * 1000;

/** Days after which what nobody used goes. */
const KEPT_DAYS = 30;

/** Its time says when the cache was last looked through. */
const MARKER = '.looked-through';

/**
 * Removes what has not been used for a month from this machine's cache; none of it is lost, it can be made again.
 * Once a day is enough: a cache may hold thousands of folders.
 */
export async function dropOldEntries(cacheFolder: string): Promise<void> {
  const marker = join(cacheFolder, MARKER);
  const now = Date.now();
  const last = await timeOf(marker);
  if (last !== null && now - last < DAY) return;
  for (const kind of ['dependencies', 'installs', 'builds', 'host-base']) {
    const names = await readdir(join(cacheFolder, kind)).catch(() => [] as string[]);
    for (const name of names) {
      const path = join(cacheFolder, kind, name);
      const used = await timeOf(path);
      if (used !== null && now - used > KEPT_DAYS * DAY) await rm(path, { recursive: true, force: true });
    }
  }
  // A cache that cannot be written to, or was never made, has nothing to be removed.
  await writeFile(marker, '').catch(() => {});
}

/** Milliseconds since 1970; null where there is nothing. */
function timeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
