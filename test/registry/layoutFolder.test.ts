import { execFile } from 'node:child_process';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import { layoutFolder } from '../../src/adapters/registry/layoutFolder.ts';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { copyImage } from '../../src/image/copyImage.ts';
import { tempDir } from '../support/tempDir.ts';
import { makeImage, pullWhole, pushImage } from './imageTools.ts';

const run = promisify(execFile);
const image = makeImage([Buffer.alloc(30_000, 'layer')], 'an image');

test('an image in a layout is found by tag and digest, and a tag moves', async () => {
  const store = openImageStore('oci:images', { env: {}, insecureRegistries: [], cwd: await tempDir() });
  expect(await store.getManifest('api', '1.0.0')).toBeNull();
  await pushImage(store, 'api', image, '1.0.0');
  expect(await pullWhole(store, 'api', '1.0.0')).toBe(image.digest);
  expect(await pullWhole(store, 'api', image.digest)).toBe(image.digest);
  const next = makeImage([Buffer.from('other')], 'another');
  await pushImage(store, 'api', next, '1.0.0');
  expect(await pullWhole(store, 'api', '1.0.0')).toBe(next.digest);
  expect(await store.listTags('api')).toEqual(['1.0.0']);
  expect(await pullWhole(store, 'api', image.digest)).toBe(image.digest);
});

test('a copy to another repository of the layout takes no more room', async () => {
  const folder = await tempDir();
  const store = layoutFolder(folder);
  await pushImage(store, 'api', image, '1.0.0');
  await copyImage({ store, repository: 'api' }, image.digest, { store, repository: 'team/copy' }, '2.0.0');
  expect(await pullWhole(store, 'team/copy', '2.0.0')).toBe(image.digest);
  const blob = join(folder, 'team/copy/blobs', [...image.blobs.keys()].at(-1)?.replace(':', '/') ?? '');
  expect((await stat(blob)).nlink).toBe(2);
});

test('several processes write one layout and lose nothing', async () => {
  const folder = await tempDir();
  const script = join(await tempDir('writer'), 'writer.mjs');
  await build({
    input: 'test/registry/layoutWriter.ts',
    platform: 'node',
    output: { file: script, format: 'esm', codeSplitting: false },
  });
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map((name) => run(process.execPath, [script, folder, name, '8'])));
  const store = layoutFolder(folder);
  const expected = names.flatMap((name) => Array.from({ length: 8 }, (_, n) => `${name}-${n}`));
  expect(await store.listTags('api')).toEqual(expected.sort());
  for (const imageTag of expected) await pullWhole(store, 'api', imageTag);
  const left = (await readdir(join(folder, 'api'), { recursive: true })).filter((name) =>
    /tmp|lock/.test(name),
  );
  expect(left).toEqual([]);
});

test('the lock of a process that died is broken', async () => {
  const folder = await tempDir();
  const store = layoutFolder(folder);
  await pushImage(store, 'api', image, '1.0.0');
  const lock = join(folder, 'api/index.json.lock');
  await writeFile(lock, '1\n');
  await utimes(lock, new Date(0), new Date(0));
  await pushImage(store, 'api', image, '1.0.1');
  expect(await store.listTags('api')).toEqual(['1.0.0', '1.0.1']);
});

test('damaged bytes are found out, coming and going', async () => {
  const folder = await tempDir();
  const store = layoutFolder(folder);
  const put = store.putBlob('api', {
    digest: image.digest,
    size: 5,
    open: () => Readable.from([Buffer.from('other')]),
  });
  await expect(put).rejects.toMatchObject({ reason: 'registry-damaged' });
  expect(await store.hasBlob('api', image.digest)).toBe(false);
  await pushImage(store, 'api', image, '1.0.0');
  const [digest = ''] = image.blobs.keys();
  await writeFile(join(folder, 'api/blobs', digest.replace(':', '/')), 'damaged');
  await expect((await store.getBlob('api', digest)).toArray()).rejects.toMatchObject({
    reason: 'registry-damaged',
  });
});

test('a repository cannot lead out of the folder', async () => {
  const store = layoutFolder(await tempDir());
  await expect(store.checkAccess('../elsewhere')).rejects.toMatchObject({ exitCode: 2 });
});

test('the layout has the files that the specification names', async () => {
  const folder = await tempDir();
  await pushImage(layoutFolder(folder), 'api', image, '1.0.0');
  expect(JSON.parse(await readFile(join(folder, 'api/oci-layout'), 'utf8'))).toEqual({
    imageLayoutVersion: '1.0.0',
  });
  expect(JSON.parse(await readFile(join(folder, 'api/index.json'), 'utf8'))).toMatchObject({
    schemaVersion: 2,
    manifests: [{ digest: image.digest, annotations: { 'org.opencontainers.image.ref.name': '1.0.0' } }],
  });
});
