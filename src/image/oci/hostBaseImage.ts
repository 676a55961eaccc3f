import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../sha256.ts';
import { hostBase } from '../hostBase.ts';
import type { ImageConfig } from '../imageFormat.ts';
import { rootFileSystemTar } from '../rootFileSystemTar.ts';
import type { BaseImage } from './baseImage.ts';
import { hostPlatform } from './hostPlatform.ts';
import { keepLayers, keptLayers, layerFile } from './keptLayers.ts';
import { compressTar, type Layer } from './layer.ts';

type HostLayer = Layer & { config: ImageConfig };

/** The base made of this machine's own Node, packed once for each Node, when it is `wanted`, and kept. */
export async function hostBaseImage(
  cacheFolder: string,
  env: NodeJS.ProcessEnv,
  wanted: Promise<void>,
): Promise<BaseImage> {
  const folder = join(cacheFolder, 'host-base', await keyOf(env));
  const kept = await keptLayers<HostLayer>(folder);
  if (kept === null) await wanted;
  const [layer] = kept ?? (await makeBase(folder, env));
  if (layer === undefined) throw new Error(`no layer in ${folder}`);
  return { name: 'host', digest: null, config: layer.config, layers: [layer], mountFrom: undefined };
}

/** What the base is made of, as far as that can be told without reading it. */
async function keyOf(env: NodeJS.ProcessEnv): Promise<string> {
  const facts = async (file: string | undefined) => {
    const found = file === undefined ? null : await stat(file).catch(() => null);
    return found === null ? null : [file, found.size, found.mtimeMs];
  };
  const parts = [process.version, await facts(process.execPath), await facts(env.NODE_EXTRA_CA_CERTS)];
  return digestOf(JSON.stringify(parts)).slice('sha256:'.length);
}

function makeBase(folder: string, env: NodeJS.ProcessEnv): Promise<HostLayer[]> {
  return keepLayers(folder, async (temporary) => {
    const { platform, execPath } = process;
    const { entries, config: runtime } = await hostBase({ platform, execPath, env });
    const file = layerFile(temporary, 0);
    // 120 MB of Node: the quickest compression is a third larger and saves seconds.
    const layer = await compressTar('host base', rootFileSystemTar(entries), file, { level: 1 });
    const config: ImageConfig = {
      ...hostPlatform(),
      config: { Env: [...runtime.Env, `NODE_VERSION=${process.versions.node}`], Cmd: [...runtime.Cmd] },
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    };
    return [{ ...layer, config }];
  });
}
