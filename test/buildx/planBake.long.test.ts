import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { requestOf, testBuilder } from '../engine/engineFixture.ts';
import { testRepos } from '../support/demoRepos.ts';
import { baseImage, docker } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { output, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { buildxConfig, startBuildkitd } from './buildkitd.ts';

await describeWith(['buildx', 'buildkitd', 'registry', 'engine'], 'shipyarn plan --bake', () => {
  it('prints a file from which buildx builds what the release then finds', async () => {
    const registry = await startRegistry();
    const { address } = await startBuildkitd([registry.host]);
    const env = { BUILDX_CONFIG: await buildxConfig({ fleet: address }) };
    const base = await pushBase(registry.host);
    const repos = await testRepos({ registry: `${registry.host}/harbour`, builder: 'engine' });
    await repos.merge('chore: build elsewhere', {
      'shipyarn.yaml': [
        'builder: engine\nbase: host',
        `builder: buildx\nbuilders: [fleet]\ncache: registry\nbase: ${base}`,
      ],
    });
    const cwd = repos.monorepo;

    const folder = await tempDir('bake');
    const printed = await shipyarn(['plan', '--bake', '--contexts', path.join(folder, 'c')], { cwd });
    expect(printed.stderr).toBe('');
    const file = path.join(folder, 'bake.json');
    await writeFile(file, printed.stdout);
    const { target } = JSON.parse(printed.stdout);
    expect(Object.keys(target)).toEqual(['harbour-api', 'harbour-web', 'harbour-worker']);
    const bake = ['buildx', 'bake', '--file', file, '--builder', 'fleet', `--allow=fs.read=${folder}`];
    await output('docker', bake, { cwd: folder, env });

    const released = await shipyarn(['release', '--no-deploy'], { cwd, env });
    expect(released.exitCode).toBe(0);
    expect(released.stderr.match(/found .* by its identity/g)).toHaveLength(3);
    expect(released.stderr).not.toContain('built');
    expect(await repos.remoteTags()).toHaveLength(3);

    await repos.merge('feat(api): more', { 'services/api/src/server.js': ['berths: 12', 'berths: 13'] });
    const again = await shipyarn(['plan', '--bake'], { cwd });
    const api = `type=registry,ref=${registry.host}/harbour/api`;
    expect(JSON.parse(again.stdout).target['harbour-api']).toMatchObject({
      'cache-from': [
        `${api}:cache`,
        expect.stringMatching(/api:identity-[0-9a-f]{64}$/),
        expect.stringMatching(/api:\d+\.\d+\.\d+$/),
      ],
      'cache-to': [expect.stringContaining(`${api}:cache,mode=max`)],
    });
    const second = await shipyarn(['release', '--no-deploy'], { cwd, env });
    expect(second.stderr).toMatch(/built +harbour\/api@sha256/);
    expect(second.exitCode).toBe(0);
    expect(await repos.remoteTags()).toHaveLength(4);
  }, 240_000);
});

/** A base that the daemon can pull: this machine's Node. */
async function pushBase(host: string): Promise<string> {
  const request = requestOf(
    { Dockerfile: `FROM ${await baseImage()}\nENV BASE=1\n` },
    { service: 'base', location: `${host}/team`, imageTag: '1' },
  );
  await testBuilder().build(request, { signal: new AbortController().signal, report: () => {} });
  await docker.getImage(`${host}/team/base:1`).remove({ force: true });
  return `${host}/team/base:1`;
}
