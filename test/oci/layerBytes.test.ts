import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressTar, layerTar, writeLayer } from '../../src/image/oci/layer.ts';
import { isLong } from '../support/isLong.ts';
import { tempDir } from '../support/tempDir.ts';

const never = AbortSignal.any([]);

const file = (name: string, content: Buffer) => ({
  path: name,
  type: 'file' as const,
  executable: false,
  open: async () => content,
});

/** Bytes that compress about as well as sources do. */
const text = (length: number) => Buffer.from(randomBytes(length / 2).toString('hex'));

async function* inPieces(whole: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < whole.length; at += length) yield Buffer.from(whole.subarray(at, at + length));
}

it.each(isLong ? [10_000, 200_000, 300_000, 1_500_000] : [10_000, 300_000])(
  'a layer of %i bytes is the same however its tar comes, in one piece or in many',
  async (length) => {
    const folder = await tempDir('layer');
    const entries = [file('app/b.js', text(length)), file('app/a.js', text(600))];
    const layers = [await writeLayer('x', entries, path.join(folder, 'whole'), never)];
    const tar = gunzipSync(await readFile(path.join(folder, 'whole')));
    for (const size of [tar.length, 70_000, 1000]) {
      layers.push(await compressTar('x', inPieces(tar, size), path.join(folder, `${size}`), {}));
    }
    for (const { descriptor, diffId } of layers) {
      expect([descriptor, diffId]).toEqual([layers[0]?.descriptor, layers[0]?.diffId]);
    }
    const whole = await readFile(path.join(folder, 'whole'));
    expect(whole).toEqual(await readFile(path.join(folder, '1000')));
    expect(whole.length).toBe(layers[0]?.descriptor.size);
  },
);

it('files are written in order, each with its own content, however long Git takes for each', async () => {
  const entries = Array.from({ length: 40 }, (_, n) => ({
    ...file(`f${String(n).padStart(2, '0')}`, Buffer.alloc(0)),
    open: async () => {
      await new Promise((resolve) => setTimeout(resolve, (n * 7) % 13));
      return Buffer.from(`content ${n}`);
    },
  }));
  const chunks: Buffer[] = [];
  for await (const chunk of layerTar(entries)) chunks.push(chunk);
  const contents = Buffer.concat(chunks)
    .toString('latin1')
    .match(/content \d+/g);
  expect(contents).toEqual(entries.map((_, n) => `content ${n}`));
});

it('a file that cannot be read is the failure, whichever comes first', async () => {
  const broken = { ...file('a', Buffer.alloc(0)), open: () => Promise.reject(new Error('no such object')) };
  const folder = await tempDir('layer');
  const entries = [broken, file('b', text(10)), { ...broken, path: 'c' }];
  await expect(writeLayer('x', entries, path.join(folder, 'x'), never)).rejects.toThrow('no such object');
});

it('a large layer whose build is given up is not packed to its end', async () => {
  const folder = await tempDir('layer');
  const stop = new AbortController();
  const entries = [file('a', text(2_000_000)), file('b', text(2_000_000))];
  const packing = writeLayer('x', entries, path.join(folder, 'x'), stop.signal);
  stop.abort();
  await expect(packing).rejects.toMatchObject({ name: 'AbortError' });
});
