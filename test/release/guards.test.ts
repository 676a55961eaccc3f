import { appendFile, chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerConfig, startPrivateRegistry } from '../engine/privateRegistry.ts';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { describeWith } from '../support/parts.ts';
import { rememberFolder } from '../support/rememberFolder.ts';
import { shipyarn } from '../support/run.ts';

/** Makes a bare remote run a script before it takes a push. */
async function preReceive(remote: string, script: string): Promise<void> {
  const hook = path.join(remote, 'hooks', 'pre-receive');
  await writeFile(hook, `#!/bin/sh\ncat > /dev/null\n${script}\n`);
  await chmod(hook, 0o755);
}

/** An environment in which the server of some remotes lets this identity read only. */
async function readOnly(repos: TestRepos, name: string): Promise<Record<string, string>> {
  const wrapper = path.join(repos.folder, 'receive-pack');
  await writeFile(
    wrapper,
    `#!/bin/sh\ncase "$1" in *${name}*) echo denied >&2; exit 1;; esac\nexec git-receive-pack "$@"\n`,
  );
  await chmod(wrapper, 0o755);
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'remote.origin.receivepack',
    GIT_CONFIG_VALUE_0: wrapper,
  };
}

/** Nothing was built, stored, tagged or deployed. */
async function expectUntouched(repos: TestRepos, stderr: string): Promise<void> {
  expect(stderr).not.toMatch(/install production dependencies|✓/);
  const stored = await readdir(path.join(repos.folder, 'images'), { recursive: true }).catch(() => []);
  expect(stored.filter((file) => /sha256.[0-9a-f]/.test(file))).toEqual([]);
  expect(await repos.remoteTags()).toEqual([]);
  expect(await repos.git(['rev-list', '--count', 'main'], repos.infraRemote)).toBe('1');
}

describe('a first release', () => {
  let repos: TestRepos;
  let restore: () => Promise<void>;
  beforeAll(async () => {
    repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    restore = await rememberFolder(repos.folder);
  });
  beforeEach(() => restore());

  describe('stops before it builds', () => {
    it('where a release tag here is not the remote’s, and says how to mend that', async () => {
      await repos.git(['tag', '@harbour/api@0.9.0']);
      const stray = await shipyarn(['release'], { cwd: repos.monorepo });
      expect(stray).toMatchObject({ exitCode: 2, stdout: '' });
      expect(stray.stderr).toContain('The tag @harbour/api@0.9.0 is here but not on origin.');
      expect(stray.stderr).toContain('git tag -d @harbour/api@0.9.0');
      await expectUntouched(repos, stray.stderr);
    }, 240_000);

    it('where HEAD is not merged', async () => {
      await repos.git([
        '-c',
        'user.name=A',
        '-c',
        'user.email=a@b',
        'commit',
        '--quiet',
        '--allow-empty',
        '-m',
        'feat: mine',
      ]);
      const result = await shipyarn(['release'], { cwd: repos.monorepo });
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(result.stderr).toMatch(/HEAD \([0-9a-f]{10}\) is not on origin\/main/);
      await expectUntouched(repos, result.stderr);
    }, 240_000);

    it.each(['monorepo', 'infra'])(
      'where the %s’s remote lets this identity read only',
      async (name) => {
        const env = await readOnly(repos, `${name}.git`);
        const refused = await shipyarn(['release'], { cwd: repos.monorepo, env });
        expect(refused.exitCode, refused.stderr).toBe(1);
        expect(refused.stderr).toContain('does not let this identity push');
        await expectUntouched(repos, refused.stderr);
      },
      240_000,
    );

    it('where the infra repo does not exist', async () => {
      await rm(repos.infraRemote, { recursive: true });
      const refused = await shipyarn(['release'], { cwd: repos.monorepo });
      expect(refused.exitCode, refused.stderr).toBe(1);
      expect(refused.stderr).toContain(`The infra repo ${repos.infraRemote} `);
      expect(refused.stderr).not.toMatch(/install production dependencies|✓/);
      expect(await repos.remoteTags()).toEqual([]);
    }, 240_000);
  });

  it('a hook that refuses the claim leaves nothing but images, which the next run takes', async () => {
    await preReceive(repos.monorepoRemote, 'echo "no tags before noon" >&2; exit 1');
    const refused = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(refused.exitCode, refused.stderr).toBe(1);
    expect(refused.stderr).toContain('refused the tags');
    expect(refused.stderr).toContain('no tags before noon');
    expect(await repos.remoteTags()).toEqual([]);
    expect(await repos.git(['rev-list', '--count', 'main'], repos.infraRemote)).toBe('1');
    await preReceive(repos.monorepoRemote, 'exit 0');
    const again = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).not.toContain('✓ built');
    expect(await repos.remoteTags()).toHaveLength(3);
  }, 240_000);
});

describe('a release after others', () => {
  let repos: TestRepos;
  let restore: () => Promise<void>;
  beforeAll(async () => {
    repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    const first = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(first.exitCode, first.stderr).toBe(0);
    restore = await rememberFolder(repos.folder);
  });
  beforeEach(() => restore());

  it('stops where a release tag has been moved, here or on the remote', async () => {
    const released = await repos.git(['rev-parse', '@harbour/api@0.1.0']);
    const other = await repos.merge('feat(api): more', {
      'services/api/src/server.js': ['berths: 12', 'berths: 13'],
    });
    await repos.git(['tag', '--force', '@harbour/api@0.1.0', other]);
    const here = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(here).toMatchObject({ exitCode: 2, stdout: '' });
    expect(here.stderr).toContain('The tag @harbour/api@0.1.0 points elsewhere here than on origin.');

    await repos.git(['push', '--quiet', '--force', 'origin', 'refs/tags/@harbour/api@0.1.0']);
    const there = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(there).toMatchObject({ exitCode: 2, stdout: '' });
    expect(there.stderr).toContain(`The tag @harbour/api@0.1.0 on origin points to ${other.slice(0, 10)}`);
    expect(await repos.remoteTags()).not.toContain('@harbour/api@0.2.0');

    await repos.git(['update-ref', 'refs/tags/@harbour/api@0.1.0', released]);
    await repos.git(['push', '--quiet', '--force', 'origin', 'refs/tags/@harbour/api@0.1.0']);
    const mended = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
    expect(mended.exitCode, mended.stderr).toBe(0);
    expect(await repos.remoteTags()).toContain('@harbour/api@0.2.0');
  }, 240_000);

  it('what is not committed is not released, and does not stand in the way', async () => {
    const file = path.join(repos.monorepo, 'services/api/src/server.js');
    await appendFile(file, 'a line that is not committed;\n');
    const nothing = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(nothing).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to release') });
    expect(await readFile(file, 'utf8')).toContain('not committed');
  }, 240_000);

  it('a clone of the newest commit alone, detached, releases as a whole one does', async () => {
    await repos.merge('feat(api): free berths', {
      'services/api/src/server.js': ['berths: 12', 'berths: 12, free: 3'],
    });
    const clone = path.join(repos.folder, 'shallow');
    await repos.git(['clone', '--quiet', '--depth=1', `file://${repos.monorepoRemote}`, clone], repos.folder);
    await repos.git(['checkout', '--quiet', '--detach'], clone);
    const result = await shipyarn(['release'], { cwd: clone });
    expect(result.exitCode, result.stderr).toBe(0);
    expect(await repos.remoteTags()).toEqual([
      '@harbour/api@0.1.0',
      '@harbour/api@0.2.0',
      '@harbour/web@0.1.0',
      '@harbour/worker@0.1.0',
    ]);
  }, 240_000);

  it('[skip release] releases nothing, and the next commit releases what it changed', async () => {
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
  }, 240_000);

  it('--rebuild releases what did not change as a patch, for the reason of a newer base', async () => {
    const rebuilt = await shipyarn(['release', '--rebuild', '--json'], { cwd: repos.monorepo });
    expect(rebuilt.exitCode, rebuilt.stderr).toBe(0);
    const { services } = JSON.parse(rebuilt.stdout);
    expect(
      services.map((each: Record<string, unknown>) => [each.nextVersion, each.bump, each.reasons]),
    ).toEqual(Array.from({ length: 3 }, () => ['0.1.1', 'patch', [{ kind: 'base' }]]));
  }, 240_000);
});

await describeWith(['linux', 'registry'], 'a registry that lets nobody in', () => {
  it('stops a release before it builds', async () => {
    const registry = await startPrivateRegistry('writer');
    const repos = await testRepos({ registry: `${registry.host}/harbour`, builder: 'oci' });
    const refused = await shipyarn(['release'], { cwd: repos.monorepo });
    expect(refused.exitCode, refused.stderr).toBe(1);
    expect(refused.stderr).toContain(`${registry.host} does not let us in`);
    await expectUntouched(repos, refused.stderr);
    const env = { DOCKER_CONFIG: await dockerConfig([registry]) };
    const allowed = await shipyarn(['release'], { cwd: repos.monorepo, env });
    expect(allowed.exitCode, allowed.stderr).toBe(0);
  }, 240_000);
});
