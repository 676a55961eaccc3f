import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { shipyarn } from '../support/run.ts';

describe('a release stops before it builds', () => {
  it('where a release tag here is not the remote’s, and says how to mend that', async () => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    await repos.git(['tag', '@harbour/api@0.9.0']);
    const stray = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(stray).toMatchObject({ exitCode: 2, stdout: '' });
    expect(stray.stderr).toContain('The tag @harbour/api@0.9.0 is here but not on origin.');
    expect(stray.stderr).toContain('git tag -d @harbour/api@0.9.0');
    expect(await repos.remoteTags()).toEqual([]);
  }, 60_000);

  it('where the infra repo lets nobody push', async () => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    // What a server does that lets this identity read only.
    const wrapper = path.join(repos.folder, 'receive-pack');
    await writeFile(
      wrapper,
      '#!/bin/sh\ncase "$1" in *infra*) echo denied >&2; exit 1;; esac\nexec git-receive-pack "$@"\n',
    );
    await chmod(wrapper, 0o755);
    const env = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'remote.origin.receivepack',
      GIT_CONFIG_VALUE_0: wrapper,
    };
    const refused = await shipyarn(['release'], { cwd: repos.monorepo, env });
    expect(refused.exitCode, refused.stderr).toBe(1);
    expect(refused.stderr).toContain('does not let this identity push');
    expect(refused.stderr).not.toContain('✓ built');
    expect(await repos.remoteTags()).toEqual([]);
  }, 60_000);
});

it('[skip release] releases nothing, and the next commit releases what it changed', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
  await repos.merge('feat(api): free berths [skip release]', {
    'services/api/src/server.js': ['berths: 12', 'berths: 12, free: 3'],
  });
  const skipped = await shipyarn(['release'], { cwd: repos.monorepo });
  expect(skipped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('[skip release]') });
  expect(await repos.remoteTags()).not.toContain('@harbour/api@0.2.0');
  await repos.merge('docs: nothing', { 'README.md': ['\n', '\n\n'] });
  const next = await shipyarn(['release'], { cwd: repos.monorepo });
  expect(next.exitCode, next.stderr).toBe(0);
  expect(await repos.remoteTags()).toContain('@harbour/api@0.2.0');
}, 120_000);

it('--keep-going releases what can be built, says what is missing, and the exit status tells', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const manifest = path.join(repos.monorepo, 'services/web/package.json');
  const before = await readFile(manifest, 'utf8');
  await repos.merge('feat(web): a build that fails', {
    'services/web/package.json': ['"build": "node build.js"', '"build": "exit 3"'],
  });
  const stopped = await shipyarn(['release'], { cwd: repos.monorepo });
  expect(stopped.exitCode).toBe(1);
  expect(await repos.remoteTags()).toEqual([]);

  const partly = await shipyarn(['release', '--keep-going', '--report', 'report.json'], {
    cwd: repos.monorepo,
  });
  expect(partly.exitCode, partly.stderr).toBe(1);
  expect(await repos.remoteTags()).toEqual(['@harbour/api@0.1.0', '@harbour/worker@0.1.0']);
  const report = JSON.parse(await readFile(path.join(repos.monorepo, 'report.json'), 'utf8'));
  expect(report).toMatchObject({ outcome: 'released', exitStatus: 1, failed: ['@harbour/web'] });
  await rm(path.join(repos.monorepo, 'report.json'));

  await writeFile(manifest, before);
  await repos.merge('fix(web): it builds', { 'README.md': ['\n', '\n\n'] });
  const mended = await shipyarn(['release'], { cwd: repos.monorepo });
  expect(mended.exitCode, mended.stderr).toBe(0);
  expect(await repos.remoteTags()).toContain('@harbour/web@0.1.0');
}, 120_000);

it('--rebuild releases what did not change as a patch, for the reason of a newer base', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  await shipyarn(['release'], { cwd: repos.monorepo });
  const rebuilt = await shipyarn(['release', '--rebuild', '--json'], { cwd: repos.monorepo });
  expect(rebuilt.exitCode, rebuilt.stderr).toBe(0);
  const { services } = JSON.parse(rebuilt.stdout);
  expect(
    services.map((each: Record<string, unknown>) => [each.nextVersion, each.bump, each.reasons]),
  ).toEqual(Array.from({ length: 3 }, () => ['0.1.1', 'patch', [{ kind: 'base' }]]));
}, 120_000);
