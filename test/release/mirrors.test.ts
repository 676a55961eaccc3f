import { expect, it } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { testRepos } from '../support/demoRepos.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { shipyarn } from '../support/run.ts';

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
  }, 240_000);
});
