import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';

const folder = '/dev/shm';
/** Tests hold less than one at a time. */
const enough = 4 * 2 ** 30;

/**
 * Where Linux keeps files in memory, for tests make and remove thousands, and a disk remembers each for a while. Null
 * where there is little of it, or what lies there cannot be run.
 */
export function memoryFolder(): string | null {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === folder);
    const runs = mounted !== undefined && !/\bnoexec\b/.test(mounted);
    return runs && Math.min(bavail * bsize, freemem()) > enough ? folder : null;
  } catch {
    return null;
  }
}
