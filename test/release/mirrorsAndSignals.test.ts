import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { testRepos } from '../support/demoRepos.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { makeWorld } from './world.ts';

const open = (host: string) => openImageStore(host, { env: {}, insecureRegistries: [] });

await describeWith(['linux', 'registry'], 'mirrors', () => {
  it('get the released image itself, under its own namespace', async () => {
    const [first, mirror] = await Promise.all([startRegistry(), startRegistry()]);
    const registry = `["${first.host}/harbour", "${mirror.host}/copies/deep"]`;
    const repos = await testRepos({ registry, builder: 'oci', config: 'environments: {}\n' });
    const result = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
    expect(result.exitCode, result.stderr).toBe(0);
    const released = await open(first.host).getManifest('harbour/api', '0.1.0');
    const copied = await open(mirror.host).getManifest('copies/deep/api', '0.1.0');
    expect(copied?.digest).toBe(released?.digest);
    expect(await open(mirror.host).listTags('copies/deep/api')).toEqual(['0.1.0']);
  }, 120_000);
});

await describeWith(['linux', 'registry'], 'SIGTERM', () => {
  it('stops at the next safe point, leaves no temporary folder, and the next run continues', async () => {
    const world = await makeWorld('oci');
    const temporary = await tempDir('tmp');
    const run = world.startRelease([], { TMPDIR: temporary });
    world.gate.onEffect = ({ name, when }) => {
      if (name === 'push monorepo' && when === 'before') run.kill('SIGTERM', { group: false });
    };
    const { exitCode, stderr } = await run.ended;
    world.gate.onEffect = () => undefined;
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('Interrupted');
    expect((await readdir(temporary)).filter((name) => name.startsWith('shipyarn-'))).toEqual([]);
    expect(await world.git(['for-each-ref', 'refs/heads'], world.infraRemote)).not.toBe('');
    const again = await world.release();
    expect(again.exitCode, again.stderr).toBe(0);
    expect((await world.state()).imageTags).toHaveProperty(['web:0.1.0']);
  }, 120_000);
});
