import { expect } from 'vitest';
import type { TestRepos } from '../support/demoRepos.ts';
import { type RunResult, shipyarn } from '../support/run.ts';

async function release(repos: TestRepos): Promise<RunResult> {
  const result = await shipyarn(['release', '--json'], { cwd: repos.monorepo });
  expect(result.stderr + result.stdout).not.toContain('error');
  expect(result.exitCode).toBe(0);
  return result;
}

/**
 * The story that every builder must tell alike: a first release of everything, a feature in one service, a fix
 * in a library below two of them, and a run with nothing to do. `look` inspects the images of each release. With
 * `twoOnly` it ends after the feature.
 */
export async function fourReleases(
  repos: TestRepos,
  images: {
    prefix: string;
    look(service: string, version: string, revision: string): Promise<void>;
    twoOnly?: boolean;
  },
): Promise<void> {
  const start = await repos.infraTip();
  const first = await repos.git(['rev-parse', 'HEAD']);
  await release(repos);
  expect(await repos.remoteTags()).toEqual([
    '@harbour/api@0.1.0',
    '@harbour/web@0.1.0',
    '@harbour/worker@0.1.0',
  ]);
  expect(await repos.git(['cat-file', '-t', '@harbour/api@0.1.0'], repos.monorepoRemote)).toBe('tag');
  const afterFirst = await repos.infraTip();
  expect(await repos.infraDiff(start, afterFirst)).toEqual([
    'apps/api/values.yaml: -  tag: "0.0.0"',
    'apps/api/values.yaml: +  tag: "0.1.0"',
    'apps/web/kustomization.yaml: -  newTag: 0.0.0',
    'apps/web/kustomization.yaml: +  newTag: 0.1.0',
    `apps/worker/deployment.yaml: -          image: ${images.prefix}/worker:0.0.0`,
    `apps/worker/deployment.yaml: +          image: ${images.prefix}/worker:0.1.0`,
  ]);
  expect(await repos.git(['rev-list', '--count', `${start}..${afterFirst}`], repos.infraRemote)).toBe('1');
  for (const service of ['api', 'web', 'worker']) await images.look(service, '0.1.0', first);

  const feature = await repos.merge('feat(api): tell how many berths are free', {
    'services/api/src/server.js': ['berths: 12', 'berths: 12, free: 3'],
  });
  await release(repos);
  expect(await repos.remoteTags()).toEqual([
    '@harbour/api@0.1.0',
    '@harbour/api@0.2.0',
    '@harbour/web@0.1.0',
    '@harbour/worker@0.1.0',
  ]);
  const afterFeature = await repos.infraTip();
  expect(await repos.infraDiff(afterFirst, afterFeature)).toEqual([
    'apps/api/values.yaml: -  tag: "0.1.0"',
    'apps/api/values.yaml: +  tag: "0.2.0"',
  ]);
  await images.look('api', '0.2.0', feature);
  if (images.twoOnly === true) return;

  const fix = await repos.merge('fix(log): measure with a clock that never goes back', {
    'packages/log/src/index.js': ['Date.now();', 'Date.now() - 1;'],
  });
  await release(repos);
  const tags = await repos.remoteTags();
  expect(tags).toEqual([
    '@harbour/api@0.1.0',
    '@harbour/api@0.2.0',
    '@harbour/api@0.2.1',
    '@harbour/web@0.1.0',
    '@harbour/worker@0.1.0',
    '@harbour/worker@0.1.1',
  ]);
  expect(await repos.git(['rev-parse', '@harbour/worker@0.1.1^{}'], repos.monorepoRemote)).toBe(fix);
  const afterFix = await repos.infraTip();
  expect(await repos.infraDiff(afterFeature, afterFix)).toEqual([
    'apps/api/values.yaml: -  tag: "0.2.0"',
    'apps/api/values.yaml: +  tag: "0.2.1"',
    `apps/worker/deployment.yaml: -          image: ${images.prefix}/worker:0.1.0`,
    `apps/worker/deployment.yaml: +          image: ${images.prefix}/worker:0.1.1`,
  ]);
  await images.look('api', '0.2.1', fix);
  await images.look('worker', '0.1.1', fix);

  const refs = await repos.git(['for-each-ref'], repos.monorepoRemote);
  const again = await shipyarn(['release'], { cwd: repos.monorepo });
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to release') });
  expect(await repos.git(['for-each-ref'], repos.monorepoRemote)).toBe(refs);
  expect(await repos.infraTip()).toBe(afterFix);
}
