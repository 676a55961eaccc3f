import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { shipyarn } from '../support/run.ts';

async function release(repos: TestRepos): Promise<void> {
  const { exitCode, stderr } = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
  expect(exitCode, stderr).toBe(0);
}

it('the release commit holds changelogs and versions, lands with the tags, and is no change itself', async () => {
  const repos = await testRepos({
    registry: 'oci:',
    builder: 'oci',
    config: 'commit: true\nchangelog:\n  root: true\n',
  });
  const remote = (...args: string[]) => repos.git(args, repos.monorepoRemote);
  const source = await repos.git(['rev-parse', 'HEAD']);
  const manifest = await readFile(join(repos.monorepo, 'services/api/package.json'), 'utf8');
  await release(repos);

  expect(await remote('rev-parse', 'main^')).toBe(source);
  expect(await remote('rev-parse', '@harbour/api@0.1.0^{commit}')).toBe(source);
  expect(await remote('log', '-1', '--format=%s', 'main')).toBe(
    'chore(release): @harbour/api 0.1.0, @harbour/web 0.1.0, @harbour/worker 0.1.0 [skip ci]',
  );
  const changed = await remote('diff', '--name-only', source, 'main');
  const versioned = /"version"/.test(manifest) ? ['services/api/package.json'] : [];
  expect(changed.split('\n')).toEqual(
    expect.arrayContaining(['CHANGELOG.md', 'services/api/CHANGELOG.md', ...versioned]),
  );

  await repos.git(['pull', '--quiet', 'origin', 'main']);
  const nothing = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
  expect(nothing).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to release') });

  await repos.merge('feat(api): tell how many berths are free', {
    'services/api/src/server.js': ['berths: 12', 'berths: 12, free: 3'],
  });
  const preview = await shipyarn(['changelog', 'api'], { cwd: repos.monorepo });
  await release(repos);
  expect(preview.stdout).not.toContain('release');
  const file = await remote('show', 'main:services/api/CHANGELOG.md');
  const tag = await remote('tag', '--list', '--format=%(contents)', '@harbour/api@0.2.0');
  expect(preview.stdout).toMatch(/^## 0\.2\.0 \(.*\)\n\n### Features\n\n\* \*\*api:\*\* tell how many/);
  expect(file).toContain(`# Changelog\n\n${preview.stdout}\n## 0.1.0 (`);
  expect(tag.startsWith(`${preview.stdout}\n`)).toBe(true);
  const trailers = await repos.git([
    '-c',
    'core.pager=cat',
    'tag',
    '--list',
    '--format=%(contents:trailers)',
    '@harbour/api@0.2.0',
  ]);
  expect(
    trailers
      .trim()
      .split('\n')
      .map((line) => line.split(':')[0]),
  ).toEqual(['Identity', 'Identity-Scheme', 'Service', 'Version', 'Image', 'Source-Commit']);
  expect(await remote('show', 'main:services/api/package.json')).toBe(
    manifest.trimEnd().replace(/("version": ")[^"]*/, '$10.2.0'),
  );
}, 240_000);

it('a release commit stands on what was pushed meanwhile, and that is released by the next run', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci', config: 'commit: true\n' });
  const older = await repos.git(['rev-parse', 'HEAD']);
  const newer = await repos.merge('feat(api): newer', {
    'services/api/src/server.js': ['berths: 12', 'berths: 12, free: 3'],
  });
  await repos.git(['checkout', '--quiet', '--detach', older]);
  await release(repos);
  expect(await repos.git(['rev-parse', 'main^'], repos.monorepoRemote)).toBe(newer);
  await repos.git(['checkout', '--quiet', 'main']);
  await repos.git(['pull', '--quiet', 'origin', 'main']);
  await release(repos);
  expect((await repos.remoteTags()).filter((tag) => tag.includes('api'))).toEqual([
    '@harbour/api@0.1.0',
    '@harbour/api@0.2.0',
  ]);
}, 240_000);
