import { readFile } from 'node:fs/promises';
import type { Platform } from '../imageFormat.ts';
import { nodeArchitecture } from './hostPlatform.ts';
import type { LayerEntry } from './layer.ts';

/**
 * Leaves out packages that say that they are for another platform: Yarn Classic cannot be told to install for a
 * platform other than its own, only to install all of them.
 */
export async function withoutForeignPackages(
  entries: readonly LayerEntry[],
  platform: Platform,
): Promise<LayerEntry[]> {
  const foreign: string[] = [];
  for (const entry of entries) {
    if (entry.type !== 'file' || !('diskPath' in entry) || !isPackageManifest(entry.path)) continue;
    const text = await readFile(entry.diskPath, 'utf8');
    if (/"(os|cpu)"/.test(text) && !runsOn(text, platform)) {
      foreign.push(entry.path.slice(0, -'package.json'.length));
    }
  }
  return entries.filter(({ path }) => !foreign.some((folder) => path.startsWith(folder)));
}

function isPackageManifest(path: string): boolean {
  return /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path);
}

function runsOn(manifestText: string, platform: Platform): boolean {
  try {
    const { os, cpu } = JSON.parse(manifestText) as { os?: string[]; cpu?: string[] };
    return allows(os, platform.os) && allows(cpu, nodeArchitecture(platform));
  } catch {
    return true;
  }
}

/** Lists of names, or of names with `!` before them. Source: npm's package.json documentation, "os". */
function allows(list: string[] | undefined, name: string): boolean {
  if (!Array.isArray(list) || list.length === 0) return true;
  if (list.includes(`!${name}`)) return false;
  return list.every((entry) => entry.startsWith('!')) || list.includes(name);
}
