import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFiles, writeFiles } from './diskFiles.ts';
import type { LayerEntry } from './layer.ts';
import { type YarnSetting, yarnInstall } from './yarnInstall.ts';

const MARKER = '.shipyarn-installed.json';

/**
 * Gives `use` a folder in which the build slice is installed, and takes it back afterwards: the next build with the
 * same slice finds it installed. What `use` put there is gone by then; a folder whose use failed is not kept. While
 * another process has the folder, a new one is made.
 */
export async function withInstalledSlice<T>(
  key: string,
  slice: readonly LayerEntry[],
  setting: YarnSetting,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const parent = join(setting.cacheFolder, 'installs');
  await mkdir(parent, { recursive: true });
  const lock = join(parent, `${key}.lock`);
  const mine = await takeLock(lock);
  const folder = mine ? join(parent, key) : await mkdtemp(join(parent, '.install-'));
  let kept = false;
  try {
    const installed = (await readMarker(folder)) ?? (await install(folder, slice, setting));
    const result = await use(folder);
    if (mine) {
      await restore(folder, slice, installed);
      kept = true;
    }
    return result;
  } finally {
    if (!kept) await rm(folder, { recursive: true, force: true });
    if (mine) await rm(lock, { force: true });
  }
}

async function install(
  folder: string,
  slice: readonly LayerEntry[],
  setting: YarnSetting,
): Promise<string[]> {
  await rm(folder, { recursive: true, force: true });
  await writeFiles(folder, slice);
  await yarnInstall(folder, 'host', setting);
  const files = await readFiles(folder, '', isModules);
  const paths = files.map(({ path }) => path);
  await writeFile(join(folder, MARKER), JSON.stringify(paths));
  return paths;
}

async function readMarker(folder: string): Promise<string[] | null> {
  const text = await readFile(join(folder, MARKER), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as string[]);
}

/** Leaves what the install made, and the slice's own bytes. */
async function restore(
  folder: string,
  slice: readonly LayerEntry[],
  installed: readonly string[],
): Promise<void> {
  const keep = new Set([...installed, MARKER]);
  await removeOthers(folder, '', keep);
  await writeFiles(folder, slice);
  const now = new Date();
  await utimes(folder, now, now);
}

async function removeOthers(folder: string, path: string, keep: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const inside = path === '' ? entry.name : `${path}/${entry.name}`;
    if (isModules(inside)) {
      await rm(join(folder, inside, '.cache'), { recursive: true, force: true });
    } else if (entry.isDirectory()) {
      await removeOthers(folder, inside, keep);
      // Fails where something is left in it, and is meant to.
      await rmdir(join(folder, inside)).catch(() => {});
    } else if (!keep.has(inside)) {
      await rm(join(folder, inside));
    }
  }
}

function isModules(path: string): boolean {
  return path === 'node_modules' || path.endsWith('/node_modules');
}

/** True: this process alone has the folder. A lock whose process is gone counts for nothing. */
async function takeLock(lock: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isAlive(Number(await readFile(lock, 'utf8').catch(() => '0')))) return false;
    await rm(lock, { force: true });
  }
  return false;
}

function isAlive(pid: number): boolean {
  // A lock that is being written has no number yet.
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
