import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { freshCache } from '../oci/ociFixture.ts';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { itLong } from '../support/isLong.ts';
import { shipyarn } from '../support/run.ts';

/** The build of `web` fails until the file is there that this gives the path of. */
async function failingBuild(repos: TestRepos): Promise<string> {
  const file = path.join(repos.folder, 'the-service-that-the-build-asks');
  await repos.merge('feat(web): ask a service while building', {
    'services/web/package.json': ['"build": "node build.js"', `"build": "test -f ${file} && node build.js"`],
  });
  return file;
}

async function releaseWithReport(
  repos: TestRepos,
  args: readonly string[],
  env: Record<string, string> = {},
) {
  const file = path.join(repos.folder, 'report.json');
  const result = await shipyarn(['release', ...args, '--report', file], { cwd: repos.monorepo, env });
  const report = JSON.parse(await readFile(file, 'utf8'));
  await rm(file);
  return { ...result, report };
}

itLong(
  'a build that fails: nothing is tagged or deployed',
  async () => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    await failingBuild(repos);
    const { exitCode, stderr, report } = await releaseWithReport(repos, []);
    expect(exitCode, stderr).toBe(1);
    expect(report).toMatchObject({ exitStatus: 1 });
    expect(await repos.remoteTags()).toEqual([]);
    expect(await repos.git(['rev-list', '--count', 'main'], repos.infraRemote)).toBe('1');
  },
  240_000,
);

it('--keep-going releases what can be built and says what is missing; a second run at the same commit finishes', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const file = await failingBuild(repos);
  const partly = await releaseWithReport(repos, ['--keep-going']);
  expect(partly.exitCode, partly.stderr).toBe(1);
  expect(partly.stderr).toMatch(/@harbour\/web.*is not released/);
  expect(partly.report).toMatchObject({ outcome: 'released', exitStatus: 1, failed: ['@harbour/web'] });
  expect(await repos.remoteTags()).toEqual(['@harbour/api@0.1.0', '@harbour/worker@0.1.0']);
  const deployed = await repos.git(['show', 'main:apps/api/values.yaml'], repos.infraRemote);
  expect(deployed).toContain('0.1.0');

  const still = await releaseWithReport(repos, ['--keep-going']);
  expect(still.exitCode, still.stderr).toBe(1);
  await writeFile(file, '');
  const whole = await releaseWithReport(repos, []);
  expect(whole.exitCode, whole.stderr).toBe(0);
  expect(whole.report).toMatchObject({ outcome: 'released', exitStatus: 0 });
  expect(await repos.remoteTags()).toEqual([
    '@harbour/api@0.1.0',
    '@harbour/web@0.1.0',
    '@harbour/worker@0.1.0',
  ]);
}, 240_000);

itLong(
  'services of one group are released all or none',
  async () => {
    const config = 'groups: { front: ["api", "web"] }\n';
    const repos = await testRepos({ registry: 'oci:', builder: 'oci', config });
    const file = await failingBuild(repos);
    const partly = await releaseWithReport(repos, ['--keep-going']);
    expect(partly.exitCode, partly.stderr).toBe(1);
    expect(partly.report.failed).toEqual(['@harbour/api', '@harbour/web']);
    expect(await repos.remoteTags()).toEqual(['@harbour/worker@0.1.0']);
    await writeFile(file, '');
    expect((await releaseWithReport(repos, ['--keep-going'])).exitCode).toBe(0);
    expect(await repos.remoteTags()).toHaveLength(3);
  },
  240_000,
);

itLong(
  '--rebuild --keep-going releases what can be rebuilt, and leaves the image of the rest as it was',
  async () => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    const file = await failingBuild(repos);
    await writeFile(file, '');
    expect((await releaseWithReport(repos, [])).exitCode).toBe(0);
    const store = openImageStore(`oci:${path.join(repos.folder, 'images')}`, {
      env: {},
      insecureRegistries: [],
    });
    const images = async () => {
      const tags = await store.listTags('web');
      return Promise.all(tags.map(async (tag) => [tag, (await store.getManifest('web', tag))?.digest]));
    };
    const before = await images();

    await rm(file);
    const partly = await releaseWithReport(repos, ['--rebuild', '--keep-going'], {
      SHIPYARN_CACHE: await freshCache(),
    });
    expect(partly.exitCode, partly.stderr).toBe(1);
    expect(partly.report).toMatchObject({ outcome: 'released', failed: ['@harbour/web'] });
    const tags = ['@harbour/api@0.1.0', '@harbour/api@0.1.1', '@harbour/web@0.1.0'];
    expect(await repos.remoteTags()).toEqual([...tags, '@harbour/worker@0.1.0', '@harbour/worker@0.1.1']);
    expect(await images()).toEqual(before);

    // What is not rebuilt is as released, and waits for the next rebuild.
    const next = await releaseWithReport(repos, []);
    expect(next.exitCode, next.stderr).toBe(0);
    expect(await repos.remoteTags()).toHaveLength(5);
  },
  240_000,
);
