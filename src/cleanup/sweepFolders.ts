import { readdirSync } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, ourselves, type ProcessName } from './processes.ts';

/** `shipyarn-<kind>-<pid>.<started>.<namespace>-`: whose it is stands in the folder's name, so it is never without. */
export function folderPrefix(kind: string): string {
  const { pid, started, namespace } = ourselves();
  return `shipyarn-${kind}-${pid}.${started}.${namespace}-`;
}

function ownerOf(name: string): ProcessName | null {
  const [, pid, started, namespace] = /^shipyarn-[a-z]+-(\d+)\.(\d+)\.(\d+)-\w{6}$/.exec(name) ?? [];
  return pid === undefined
    ? null
    : { pid: Number(pid), started: Number(started), namespace: Number(namespace) };
}

/** Milliseconds after which a folder of another container is nobody's: no release takes so long. */
const abandoned = 24 * 60 * 60_000;

/** Removes the temporary folders of runs that were killed. What cannot be removed stays. */
export async function sweepFolders(parent: string): Promise<void> {
  for (const name of namesIn(parent)) {
    const owner = ownerOf(name);
    if (owner === null || isRunning(owner) === true) continue;
    const path = join(parent, name);
    const stats = await lstat(path).catch(() => null);
    if (stats === null || !stats.isDirectory() || stats.uid !== process.getuid?.()) continue;
    if (isRunning(owner) === null && Date.now() - stats.mtimeMs < abandoned) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
