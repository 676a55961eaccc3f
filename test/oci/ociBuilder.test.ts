import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { publishReleaseImage, stageReleaseImage } from '../../src/image/releaseImage.ts';
import { pullWhole } from '../registry/imageTools.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { tempDir } from '../support/tempDir.ts';
import { readImageConfig } from './imageFiles.ts';
import { apiRepo, apiSays, buildService, freshCache, stepsOf } from './ociFixture.ts';

const run = promisify(execFile);
const open = (location: string) => openImageStore(location, { env: {}, insecureRegistries: [] });

await describeWith(['registry', 'engine'], 'an image assembled without an engine', () => {
  const cases = [
    [4, 'node-modules'],
    [4, 'pnp'],
    [1, 'node-modules'],
    [4, 'pnpm'],
    [3, 'node-modules'],
  ] as const;
  const cacheFolder = freshCache();

  test.each(isLong ? cases : cases.slice(0, 1))(
    'runs in the engine and says its version: Yarn %i, %s',
    async (yarn, linker) => {
      const registry = await startRegistry();
      const store = open(registry.host);
      const { built } = await buildService(apiRepo(yarn, {}, linker), {
        store,
        cacheFolder: await cacheFolder,
      });
      const released = await stageReleaseImage(store, 'team/api', built.digest, {
        version: '1.2.3',
        revision: 'a'.repeat(40),
        createdAt: 1_700_000_000,
      });
      await publishReleaseImage(store, 'team/api', released, '1.2.3');
      const { stdout } = await run('docker', ['run', '--rm', `${registry.host}/team/api:1.2.3`]);
      expect(stdout).toBe(apiSays('1.2.3'));
    },
  );
});

describe('the same commit', () => {
  test('gives the same digest in any folder, with nothing kept from before, and a line of history for each layer, also for those of a base without one', async () => {
    const images = await Promise.all(
      [1, 2].map(async () => {
        const store = open(`oci:${await tempDir('layout')}`);
        const { built } = await buildService(apiRepo(4), { store, cacheFolder: await freshCache() });
        expect(await pullWhole(store, 'team/api', built.digest)).toBe(built.digest);
        const { history, rootfs } = await readImageConfig(store, 'team/api', built.digest);
        expect(history?.map(({ created_by }) => created_by)).toEqual([
          'base image host',
          'shipyarn: dependencies',
          'shipyarn: packages/lib',
          'shipyarn: services/api',
        ]);
        expect(rootfs.diff_ids).toHaveLength(4);
        return built.digest;
      }),
    );
    expect(images[0]).toBe(images[1]);
  });
});

describe('what is not made again', () => {
  test('an unchanged slice installs nothing, here or on a new machine', async () => {
    const repo = apiRepo(4);
    const store = open(`oci:${await tempDir('layout')}`);
    const cacheFolder = await freshCache();
    const first = await buildService(repo, { store, cacheFolder });
    expect(stepsOf(first.events)).toEqual([
      'install production dependencies: started',
      'install production dependencies: done',
    ]);
    repo.commit('fix: edit', { 'services/api/server.js': 'console.log(2);\n' });
    const here = await buildService(repo, { store, cacheFolder });
    expect(stepsOf(here.events)).toEqual(['install production dependencies: cached']);
    // Without a network and without a cache: what is not in the store cannot be had.
    const offline = { ...process.env, YARN_ENABLE_NETWORK: '0', HTTPS_PROXY: 'http://127.0.0.1:1' };
    const there = await buildService(repo, { store, cacheFolder: await freshCache(), env: offline });
    expect(stepsOf(there.events)).toEqual(['install production dependencies: cached']);
    expect(there.built.digest).toBe(here.built.digest);
  });
});
