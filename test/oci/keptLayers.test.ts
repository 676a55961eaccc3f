import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { keepLayers, keptLayers, layerFile } from '../../src/image/oci/keptLayers.ts';
import type { Layer } from '../../src/image/oci/layer.ts';
import { tempDir } from '../support/tempDir.ts';

const make = async (folder: string) => {
  await writeFile(layerFile(folder, 0), 'layer');
  return [
    {
      title: 'x',
      diffId: 'sha256:x',
      descriptor: { mediaType: 'm', digest: 'd', size: 5 },
    } as unknown as Layer,
  ];
};

it('several at once keep one, and nobody loses it to another', async () => {
  for (let round = 0; round < 20; round++) {
    const folder = path.join(await tempDir('kept'), 'key');
    const kept = await Promise.all(Array.from({ length: 8 }, () => keepLayers(folder, make)));
    expect(kept.map((layers) => layers.length)).toEqual(Array.from({ length: 8 }, () => 1));
  }
});

it('what is damaged is replaced', async () => {
  const folder = path.join(await tempDir('kept'), 'key');
  await keepLayers(folder, make);
  await writeFile(layerFile(folder, 0), 'cut');
  expect(await keptLayers(folder)).toBeNull();
  await keepLayers(folder, make);
  expect(await keptLayers(folder)).toHaveLength(1);
});
