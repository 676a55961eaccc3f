import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../sha256.ts';
import { leftovers } from '../../workspace/contents/templateVariables.ts';
import type { ContextContents, ContextYarn } from '../../workspace/contextContents.ts';
import { type Platform, platformName } from '../imageFormat.ts';
import { APP_FOLDER } from './assembleConfig.ts';
import { readFiles, writeFiles } from './diskFiles.ts';
import { withoutForeignPackages } from './foreignPackages.ts';
import { isHostPlatform } from './hostPlatform.ts';
import { keepLayers, keptLayers, layerFile } from './keptLayers.ts';
import { type Layer, type LayerEntry, writeLayer } from './layer.ts';
import { type NativePackage, nativePackages } from './nativePackages.ts';
import { type YarnSetting, yarnInstall } from './yarnInstall.ts';

/** Grows whenever the same inputs would give other bytes. */
const SCHEME = 1;

/** The layer of installed production dependencies. */
export interface DependencyLayer extends Layer {
  /** Packages in it that hold machine code. */
  native: readonly NativePackage[];
}

/** Names what a service's installed production dependencies are made of, for one platform: 64 hex digits. */
export function dependencyKey({ layers, yarn }: ContextContents, platform: Platform): string {
  const slice = layers.find(({ name }) => name === 'production')?.key ?? '';
  // Add-ons that an install compiles are tied to Node's ABI.
  const parts = [SCHEME, slice, yarn, platformName(platform), process.versions.modules];
  return sha256(JSON.stringify(parts));
}

/** The layer that this machine keeps for a key, or null. */
export async function keptDependencyLayer(cacheFolder: string, key: string): Promise<DependencyLayer | null> {
  const kept = await keptLayers<DependencyLayer>(join(cacheFolder, 'dependencies', key));
  return kept?.[0] ?? null;
}

/** Installs the production slice in a folder of its own and packs what it put there; kept on this machine by key. */
export async function installDependencyLayer(
  key: string,
  slice: readonly LayerEntry[],
  platform: Platform,
  setting: YarnSetting,
): Promise<DependencyLayer> {
  const folder = join(setting.cacheFolder, 'dependencies', key);
  const [layer] = await keepLayers(folder, async (temporary) => {
    const work = join(temporary, APP_FOLDER);
    await writeFiles(work, slice);
    await yarnInstall(work, platform, setting);
    const everything = await readFiles(work, '', isLeftover(setting.contents.yarn));
    const installed = isHostPlatform(platform)
      ? everything
      : await withoutForeignPackages(everything, platform);
    const entries = installed.map((entry) => ({ ...entry, path: `${APP_FOLDER}/${entry.path}` }));
    const native = await nativePackages(installed);
    const packed = await writeLayer('dependencies', entries, layerFile(temporary, 0), setting.signal);
    await rm(work, { recursive: true });
    return [{ ...packed, native }];
  });
  return layer as DependencyLayer;
}

/** What Yarn leaves behind and no service needs; some of it differs at every install. */
function isLeftover(yarn: ContextYarn): (path: string) => boolean {
  const own = new Set([...leftovers(yarn), 'node_modules/.yarn-state.yml', 'node_modules/.yarn-integrity']);
  return (path) => own.has(path) || path.endsWith('node_modules/.cache');
}
