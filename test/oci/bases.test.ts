import { expect, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { copyImage } from '../../src/image/copyImage.ts';
import { movedBase } from '../../src/image/movedBase.ts';
import { startFaultProxy } from '../registry/faultProxy.ts';
import { makeImage, pullWhole, pushImage } from '../registry/imageTools.ts';
import { freePort } from '../support/freePort.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { readImageConfig, readManifest } from './imageFiles.ts';
import { apiRepo, buildService, freshCache } from './ociFixture.ts';

const open = (location: string) => openImageStore(location, { env: {}, insecureRegistries: [] });
/** Stands for a real base: registries and this builder look at digests, not into layers. */
const base = makeImage([Buffer.alloc(60_000, 'debian'), Buffer.alloc(50_000, 'node')], 'base');

await describeWith(['registry'], 'a base image in a registry', () => {
  test('is mounted where it stands in the same registry, and not moved', async () => {
    const registry = await startRegistry();
    await pushImage(open(registry.host), 'base/node', base, '20');
    const proxy = await startFaultProxy(registry.host, () => undefined);
    const store = open(proxy.host);
    const { built } = await buildService(apiRepo(4), {
      store,
      cacheFolder: await freshCache(),
      settings: { base: `${proxy.host}/base/node:20` },
    });
    expect(await pullWhole(store, 'team/api', built.digest)).toBe(built.digest);
    for (const digest of [...base.blobs.keys()].slice(1)) {
      const about = proxy.seen.filter((line) => decodeURIComponent(line).includes(digest));
      expect(about.some((line) => line.startsWith('POST') && line.includes('from=base%2Fnode'))).toBe(true);
      expect(about.filter((line) => line.startsWith('PUT'))).toEqual([]);
    }
    const { annotations } = await readManifest(store, 'team/api', built.digest);
    expect(annotations).toMatchObject({ 'org.opencontainers.image.base.digest': base.digest });
    expect((await readImageConfig(store, 'team/api', built.digest)).config?.Env).toContain('PATH=/bin');
  });

  test('is moved from another registry once, for however many services', async () => {
    const [there, here] = [await startRegistry(), await startRegistry()];
    await pushImage(open(there.host), 'base/node', base, '20');
    const proxy = await startFaultProxy(here.host, () => undefined);
    const store = open(proxy.host);
    const options = {
      store,
      cacheFolder: await freshCache(),
      settings: { base: `${there.host}/base/node:20` },
    };
    const { built } = await buildService(apiRepo(4), options);
    expect(await pullWhole(store, 'team/api', built.digest)).toBe(built.digest);
    const again = await buildService(apiRepo(4), options);
    expect(again.built.digest).toBe(built.digest);
    const layers = [...base.blobs.keys()].slice(1);
    const moved = proxy.seen.filter(
      (line) => line.startsWith('PUT') && layers.some((digest) => decodeURIComponent(line).includes(digest)),
    );
    expect(moved).toHaveLength(layers.length);
  });

  test('that has moved since is noticed', async () => {
    const registry = await startRegistry();
    const store = open(registry.host);
    await pushImage(store, 'base/node', base, '20');
    const settings = { base: `${registry.host}/base/node:20` };
    const { built } = await buildService(apiRepo(4), { store, cacheFolder: await freshCache(), settings });
    const place = { store, repository: 'team/api' };
    expect(await movedBase(place, built.digest, async (host) => open(host))).toBeNull();
    await pushImage(store, 'base/node', makeImage([Buffer.from('newer')], 'newer'), '20');
    expect(await movedBase(place, built.digest, async (host) => open(host))).toBe(settings.base);
    await registry.stop();
    expect(await movedBase(place, built.digest, async (host) => open(host))).toBeNull();
  });

  test('that does not exist is one error', async () => {
    const registry = await startRegistry();
    const build = buildService(apiRepo(4), {
      store: open(registry.host),
      cacheFolder: await freshCache(),
      settings: { base: `${registry.host}/base/missing:1` },
    });
    await expect(build).rejects.toMatchObject({
      reason: 'base-image-missing',
      exitCode: 1,
      message: expect.stringMatching(/^@acme\/api: /),
    });
    expect(await open(registry.host).listTags('team/api')).toEqual([]);
  });

  test('whose registry is down is named with the service and the line of its Dockerfile', async () => {
    const registry = await startRegistry();
    const reference = `127.0.0.1:${await freePort()}/base/node:20`;
    const repo = apiRepo(4, { 'services/api/Dockerfile': `# a base\nFROM ${reference}\nCMD ["node"]\n` });
    const store = open(registry.host);
    await expect(buildService(repo, { store, cacheFolder: await freshCache() })).rejects.toMatchObject({
      reason: 'registry-unreachable',
      exitCode: 1,
      message: expect.stringMatching(`^@acme/api: the base image \`${reference}\``),
      hint: expect.stringContaining('`base` (or FROM)'),
      at: { file: 'services/api/Dockerfile', line: 2 },
    });
    expect(await store.listTags('team/api')).toEqual([]);
  });

  test('of another platform is refused', async () => {
    const registry = await startRegistry();
    await pushImage(open(registry.host), 'base/node', base, '20');
    const build = buildService(apiRepo(4), {
      store: open(registry.host),
      cacheFolder: await freshCache(),
      settings: { base: `${registry.host}/base/node:20`, platforms: ['linux/s390x'] },
    });
    await expect(build).rejects.toMatchObject({ reason: 'base-image-platform', exitCode: 2 });
  });
});

await describeWith(['registry'], 'a mirror', () => {
  test('gets the image whole, under the same digest', async () => {
    const [main, mirror] = [await startRegistry(), await startRegistry()];
    const [from, to] = [open(main.host), open(mirror.host)];
    const { built } = await buildService(apiRepo(4), { store: from, cacheFolder: await freshCache() });
    await copyImage(
      { store: from, repository: 'team/api' },
      built.digest,
      { store: to, repository: 'copies/api' },
      '1.0.0',
    );
    expect(await pullWhole(to, 'copies/api', '1.0.0')).toBe(built.digest);
  });
});
