import { describe, expect, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { type ImageIndex, jsonBytes, mediaTypes } from '../../src/image/imageFormat.ts';
import { stageReleaseImage } from '../../src/image/releaseImage.ts';
import type { ImageStore } from '../../src/ports/registry.ts';
import { makeImage, pullWhole, pushImage } from '../registry/imageTools.ts';
import { isLong, itLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';
import { imageFiles, readImageConfig, tarLayer } from './imageFiles.ts';
import { apiFiles, apiRepo, buildService, freshCache } from './ociFixture.ts';

const open = (location: string) => openImageStore(location, { env: {}, insecureRegistries: [] });

const otherPlatform = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';

/** A base for both platforms, as official images are. */
async function pushBase(store: ImageStore): Promise<void> {
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const loader = { path: `lib/ld-linux-${architecture}.so.2`, type: 'symlink' as const, target: 'x' };
    const image = makeImage([await tarLayer([loader])], architecture, architecture);
    await pushImage(store, 'base/node', image, architecture);
    const { mediaType, bytes } = image.manifest;
    const platform = { os: 'linux', architecture };
    manifests.push({ mediaType, digest: image.digest, size: bytes.length, platform });
  }
  const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  await store.putManifest('base/node', '20', { mediaType: index.mediaType, bytes: jsonBytes(index) });
}

const withPackages = (dependencies: Record<string, string>) => ({
  'services/api/package.json': {
    ...apiFiles['services/api/package.json'],
    dependencies: { ...apiFiles['services/api/package.json'].dependencies, ...dependencies },
  },
});

await describeWith(['registry'], 'two platforms', () => {
  test.each(isLong ? ([1, 4] as const) : ([4] as const))(
    'are made on one machine, each with its own packages: Yarn %i',
    async (yarn) => {
      const registry = await startRegistry();
      const store = open(registry.host);
      await pushBase(store);
      // Its machine code comes as one optional package for each platform.
      const repo = apiRepo(yarn, withPackages({ '@node-rs/crc32': '1.10.6' }));
      const { built } = await buildService(repo, {
        store,
        cacheFolder: await freshCache(),
        settings: { base: `${registry.host}/base/node:20`, platforms: ['linux/amd64', 'linux/arm64'] },
      });
      expect(built.mediaType).toBe(mediaTypes.ociIndex);
      const places = ['x64', 'arm64'];
      for (const [nth, place] of places.entries()) {
        const files = [...(await imageFiles(store, 'team/api', built.digest, 'app/', nth)).keys()];
        expect(files.some((path) => path.includes(`@node-rs/crc32-linux-${place}-gnu/`))).toBe(true);
        const other = places[1 - nth];
        expect(files.filter((path) => path.includes(`crc32-linux-${other}-`))).toEqual([]);
        expect(files.filter((path) => path.includes('crc32-darwin'))).toEqual([]);
      }
      const released = await stageReleaseImage(store, 'team/api', built.digest, {
        version: '2.0.0',
        revision: 'a'.repeat(40),
        createdAt: 1_700_000_000,
      });
      expect(await pullWhole(store, 'team/api', released)).toBe(released);
      for (const nth of [0, 1]) {
        const config = await readImageConfig(store, 'team/api', released, nth);
        expect(config.architecture).toBe(['amd64', 'arm64'][nth]);
        expect(config.config?.Env).toContain('SERVICE_VERSION=2.0.0');
        expect(config.config?.Labels).toMatchObject({ 'org.opencontainers.image.version': '2.0.0' });
      }
    },
  );
});

test('a platform that is none is refused', async () => {
  const build = buildService(apiRepo(4), {
    store: open('oci:/nonexistent'),
    cacheFolder: await freshCache(),
    settings: { platforms: ['arm64'] },
  });
  await expect(build).rejects.toMatchObject({ exitCode: 2, reason: 'platform-invalid' });
});

test("a base made of this machine's Node is refused for another platform", async () => {
  const store = open(`oci:${await tempDir('layout')}`);
  const build = buildService(apiRepo(4), {
    store,
    cacheFolder: await freshCache(),
    settings: { platforms: ['linux/amd64', 'linux/arm64'] },
  });
  await expect(build).rejects.toMatchObject({
    exitCode: 2,
    reason: 'base-image-platform',
    message: expect.stringContaining(otherPlatform),
  });
  expect(await store.listTags('team/api')).toEqual([]);
});

describe('machine code', () => {
  test.each([
    ['ld-musl-x86_64.so.1', 'musl'],
    ['ld-linux-x86-64.so.2', null],
  ])('for glibc on a base with %s', async (loader, refused) => {
    if (process.arch !== 'x64') return;
    const store = open(`oci:${await tempDir('layout')}`);
    const entry = { path: `lib/${loader}`, type: 'symlink' as const, target: 'x' };
    await pushImage(store, 'base/node', makeImage([await tarLayer([entry])], 'base'), '20');
    const build = buildService(apiRepo(4, withPackages({ '@node-rs/crc32': '1.10.6' })), {
      store,
      openBase: () => store,
      cacheFolder: await freshCache(),
      settings: { base: 'registry.example.com/base/node:20' },
    });
    if (refused === null) await build;
    else await expect(build).rejects.toMatchObject({ exitCode: 2, reason: 'native-addon-libc' });
  });

  itLong('that has to be compiled is refused for another platform', async () => {
    const repo = apiRepo(4, withPackages({ 'utf-8-validate': '6.0.5' }));
    const store = open(`oci:${await tempDir('layout')}`);
    await pushBase(store);
    const build = buildService(repo, {
      store,
      openBase: () => store,
      cacheFolder: await freshCache(),
      settings: { base: 'registry.example.com/base/node:20', platforms: [otherPlatform] },
    });
    await expect(build).rejects.toMatchObject({
      exitCode: 2,
      reason: 'native-addon-platform',
      message: expect.stringContaining('utf-8-validate'),
    });
  });
});
