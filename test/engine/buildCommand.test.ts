import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { docker, withService } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { shipyarn } from '../support/run.ts';

const images = ['api', 'web', 'worker'].map((name) => `${name}:local`);

afterAll(async () => {
  await Promise.allSettled(images.map((image) => docker.getImage(image).remove({ force: true })));
});

await describeWith(['engine', 'registry'], 'shipyarn build', () => {
  let repos: TestRepos;
  beforeAll(async () => {
    const { host } = await startRegistry();
    repos = await testRepos({ registry: `${host}/harbour`, builder: 'engine' });
    const released = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
    expect(released.stderr).not.toContain('error');
  }, 240_000);

  const build = (args: readonly string[]) => shipyarn(['build', ...args], { cwd: repos.monorepo });

  it('has nothing to build where nothing changed', async () => {
    const { exitCode, stdout } = await build([]);
    expect(stdout).toMatch(/^Nothing to build: all images are as released\./);
    expect(exitCode).toBe(0);
  });

  it('builds what changed, uncommitted too, and says what is new since the release', async () => {
    const file = path.join(repos.monorepo, 'services/api/src/server.js');
    await writeFile(file, `import { serve } from '@harbour/http';\nserve('api', () => ({ berths: 99 }));\n`);
    const { exitCode, stdout, stderr } = await build(['--json']);
    expect(stderr).toContain('built');
    expect(exitCode).toBe(0);
    const [api, ...others] = JSON.parse(stdout);
    expect(others).toEqual([]);
    expect(api).toMatchObject({ service: '@harbour/api', reference: 'api:local', comparedWith: '0.1.0' });
    const added = api.layers.filter(({ isNew }: { isNew: boolean }) => isNew);
    expect(added.map(({ createdBy }: { createdBy: string }) => createdBy)).toEqual(['COPY service/ ./']);
    // Engines with the containerd store count whole blocks, folders too.
    expect(added[0].size).toBeLessThan(50_000);
    expect(api.size).toBe(api.layers.reduce((sum: number, { size }: { size: number }) => sum + size, 0));
    expect(await repos.remoteTags()).toHaveLength(3);
  });

  it('builds a service that is named, changed or not, and shows how to run it', async () => {
    const { exitCode, stdout } = await build(['worker']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('@harbour/worker  worker:local');
    expect(stdout).toContain('All layers are those of 0.1.0.');
    expect(stdout).toMatch(/docker run --rm -it --init (-p \d+:\d+ )?worker:local/);
    await withService('worker:local', 3000, async (url) => {
      expect(await (await fetch(url)).json()).toMatchObject({ service: 'worker' });
    });
  });

  it('refuses a service that there is not', async () => {
    const { exitCode, stderr } = await build(['nope']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Services here: @harbour/api, @harbour/web, @harbour/worker.');
  });

  it('says what to do without an engine', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const { exitCode, stderr } = await shipyarn(['build', 'api'], { cwd: repos.monorepo, env });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/No Docker Engine answers at unix:\/\/\/nowhere[\s\S]*builder: oci/);
  });
});

await describeWith(['engine'], 'shipyarn build without BuildKit', () => {
  it('gives the engine what the oci builder made', async () => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    const { exitCode, stdout, stderr } = await shipyarn(['build', 'web'], { cwd: repos.monorepo });
    expect(stderr).not.toContain('error');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('There is no released image to compare with.');
    await withService('web:local', 3000, async (url) => {
      expect(await (await fetch(url)).json()).toMatchObject({ service: 'web' });
    });
  }, 240_000);
});
