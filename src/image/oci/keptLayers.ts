import { createReadStream, mkdirSync, mkdtempSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Layer } from './layer.ts';

/**
 * The layers that this machine keeps in a folder, or null. What was cut short or damaged is not taken. Looks at a few
 * small files at once: on a busy machine each wait for one takes longer than to read them.
 */
export async function keptLayers<L extends Layer>(folder: string): Promise<L[] | null> {
  try {
    const layers = JSON.parse(readFileSync(join(folder, 'layers.json'), 'utf8')) as L[];
    const isWhole = layers.every(
      ({ descriptor }, n) => descriptor.size === statSync(layerFile(folder, n)).size,
    );
    if (!isWhole) return null;
    const now = new Date();
    utimesSync(folder, now, now);
    return layers.map((layer, n) => ({ ...layer, open: () => createReadStream(layerFile(folder, n)) }));
  } catch {
    return null;
  }
}

/**
 * Keeps in `folder` the layers that `make` packs into the folder that it is given. Several processes may do so at
 * once: the first one's are taken.
 */
export async function keepLayers<L extends Layer>(
  folder: string,
  make: (folder: string) => Promise<L[]>,
): Promise<L[]> {
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(join(dirname(folder), '.make-'));
  try {
    const layers = await make(temporary);
    await writeFile(join(temporary, 'layers.json'), JSON.stringify(layers));
    if (!(await moveInto(temporary, folder)) && (await keptLayers(folder)) === null) {
      await replaceDamaged(temporary, folder);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const kept = await keptLayers<L>(folder);
  if (kept === null) throw new Error(`the layers in ${folder} vanished`);
  return kept;
}

/** False: something is there already. */
async function moveInto(temporary: string, folder: string): Promise<boolean> {
  try {
    await rename(temporary, folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    return false;
  }
}

/** Only what was seen to be damaged is moved away: another process may have put a whole one there just now. */
async function replaceDamaged(temporary: string, folder: string): Promise<void> {
  const aside = await mkdtemp(join(dirname(folder), '.damaged-'));
  await rename(folder, join(aside, 'layers')).catch(() => {});
  await rm(aside, { recursive: true, force: true });
  await moveInto(temporary, folder);
}

/** Name of the file in which the `n`th layer is packed. */
export function layerFile(folder: string, n: number): string {
  return join(folder, `${n}.tar.gz`);
}
