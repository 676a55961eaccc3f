import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workFailure } from '../../errors.ts';

/** Milliseconds after which a lock's owner must have died: it holds it for a few file operations only. */
const STALE_AFTER = 10_000;
const GIVE_UP_AFTER = 30_000;

/** Runs `work` while this process alone holds the lock file. A lock left by a killed process is broken. */
export async function withFolderLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  await takeLock(lockFile);
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

async function takeLock(lockFile: string): Promise<void> {
  await mkdir(dirname(lockFile), { recursive: true });
  const start = Date.now();
  for (;;) {
    try {
      await writeFile(lockFile, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const age = await ageOf(lockFile);
    if (age !== null && age > STALE_AFTER) await rm(lockFile, { force: true });
    if (Date.now() - start > GIVE_UP_AFTER) throw stillLocked(lockFile);
    await sleep(5 + Math.random() * 20);
  }
}

async function ageOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null);
  return found === null ? null : Date.now() - found.mtimeMs;
}

function stillLocked(lockFile: string) {
  return workFailure({
    reason: 'layout-locked',
    message: `${lockFile} is held by somebody else for half a minute.`,
    hint: 'If no shipyarn runs any more, remove that file.',
  });
}
