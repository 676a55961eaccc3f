import { expect, it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { shipyarn } from '../support/run.ts';

it('a baseline tags services without a release, builds and deploys nothing, and the next release follows it', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const release = async (...args: string[]) => {
    const result = await shipyarn(['release', ...args], { cwd: repos.monorepo });
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stdout;
  };
  const infra = await repos.infraTip();
  await release('--baseline', '--dry-run');
  expect(await repos.remoteTags()).toEqual([]);

  await release('--baseline');
  const baseline = ['@harbour/api@0.1.0', '@harbour/web@0.1.0', '@harbour/worker@0.1.0'];
  expect(await repos.remoteTags()).toEqual(baseline);
  await release('--baseline');
  expect(await release()).toContain('Nothing to release');
  expect(await repos.remoteTags()).toEqual(baseline);
  expect(await repos.infraTip()).toBe(infra);

  await repos.merge('fix(api): count again', {
    'services/api/src/server.js': ['berths: 12', 'berths: 13'],
  });
  await release();
  expect(await repos.remoteTags()).toEqual([...baseline, '@harbour/api@0.1.1'].sort());
  expect(await repos.infraDiff(infra, await repos.infraTip())).toEqual([
    'apps/api/values.yaml: -  tag: "0.0.0"',
    'apps/api/values.yaml: +  tag: "0.1.1"',
  ]);
}, 240_000);
