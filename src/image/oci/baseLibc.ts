import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { BaseImage, BaseLayer } from './baseImage.ts';
import type { Libc } from './checkNativePackages.ts';

/** The dynamic loader tells which C library an image has. */
const LOADERS: readonly [RegExp, Libc][] = [
  [/(^|\/)ld-musl-[^/]+$/, 'musl'],
  [/(^|\/)ld-linux[^/]*\.so\.\d$/, 'glibc'],
];

/** Which C library a base image has, found in its layers and kept by their digests; null: none of the two. */
export async function baseLibc(base: BaseImage, cacheFolder: string): Promise<Libc | null> {
  for (const layer of base.layers) {
    const file = join(cacheFolder, 'libc', layer.descriptor.digest.replace(':', '-'));
    const kept = await readFile(file, 'utf8').catch(() => null);
    const found = kept ?? (await layerLibc(layer)) ?? 'none';
    if (kept === null) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, found);
    }
    if (found === 'glibc' || found === 'musl') return found;
  }
  return null;
}

async function layerLibc(layer: BaseLayer): Promise<Libc | null> {
  if (!/gzip$/.test(layer.descriptor.mediaType)) return null;
  const compressed = layer.open();
  const tar = extract();
  const unzipped = compressed.on('error', (error) => tar.destroy(error)).pipe(createGunzip());
  unzipped.on('error', (error) => tar.destroy(error)).pipe(tar);
  try {
    for await (const entry of tar) {
      const loader = LOADERS.find(([pattern]) => pattern.test(entry.header.name));
      if (loader !== undefined) return loader[1];
      entry.resume();
    }
    return null;
  } finally {
    compressed.destroy();
  }
}
