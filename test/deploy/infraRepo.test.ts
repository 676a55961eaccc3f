import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openInfraRepo } from '../../src/adapters/git/openInfraRepo.ts';
import { deployToEnvironment } from '../../src/deploy/deployToEnvironment.ts';
import { testFolder } from '../helpers/testRepo.ts';
import { serve } from '../support/httpServer.ts';
import { skipWithout } from '../support/parts.ts';
import { gitHttpServer } from './gitHttpServer.ts';
import { infraFixture, registry, version } from './infraFixture.ts';

const request = { siblings: [], mode: 'release' as const, settings: undefined };
const files = { 'values.yaml': `image: ${registry}/api:1.0.0\n`, 'other.txt': 'x' };

async function open(repo: string, branch: string | undefined, env: NodeJS.ProcessEnv) {
  const infra = await openInfraRepo({ repo, branch, env });
  onTestFinished(() => infra.git.close());
  return infra;
}

describe('the clone of an infra repo', () => {
  it('holds no file that was not asked for, and is removed', async () => {
    const infra = infraFixture({ ...files, 'deep/a/b.yaml': 'a: 1\n', 'deep/c.yaml': 'a: 1\n' });
    const tools = await infra.tools();
    const environment = infra.environment({ paths: ['values.yaml'] });
    await deployToEnvironment({ ...request, environment, versions: [version('api', '1.1.0')] }, tools);
    const folder = tools.repo.git.history.root;
    const present = execFileSync('git', ['cat-file', '--batch-all-objects', '--batch-check=%(objecttype)'], {
      cwd: folder,
      env: infra.env,
    });
    const kinds = present.toString().trim().split('\n').sort();
    // Two commits, two root trees, two versions of one file; the folder and its files are not there.
    expect(kinds).toEqual(['blob', 'blob', 'commit', 'commit', 'tree', 'tree']);
    expect(readdirSync(folder)).not.toContain('values.yaml');
    await tools.repo.git.close();
    expect(() => readdirSync(folder)).toThrow();
  });

  it('finds the default branch', async () => {
    const infra = infraFixture(files);
    infra.remote.git('branch', '-m', 'main', 'trunk');
    expect((await open(infra.url, undefined, infra.env)).branch).toBe('trunk');
  });

  it('works with a server that cannot filter', async () => {
    const infra = infraFixture(files);
    infra.remote.git('config', 'uploadpack.allowFilter', 'false');
    const order = { ...request, environment: infra.environment(), versions: [version('api', '1.1.0')] };
    await deployToEnvironment(order, await infra.tools());
    expect(infra.show('values.yaml')).toContain('1.1.0');
  });
});

describe('an infra repo that fails', () => {
  it('does not exist', async () => {
    const infra = await open('/nowhere/infra.git', 'main', infraFixture(files).env);
    await expect(infra.fetchTip()).rejects.toMatchObject({ reason: 'infra-unreachable', exitCode: 1 });
  });

  it('lacks the branch', async () => {
    const infra = infraFixture(files);
    const repo = await open(infra.url, 'live', infra.env);
    await expect(repo.fetchTip()).rejects.toMatchObject({
      reason: 'infra-branch-missing',
      exitCode: 2,
      message: expect.stringContaining('no branch `live`'),
    });
  });

  it('protects the branch', async () => {
    const infra = infraFixture(files);
    const hook = join(infra.remote.root, 'hooks/pre-receive');
    execFileSync('mkdir', ['-p', join(infra.remote.root, 'hooks')]);
    writeFileSync(hook, '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const order = { ...request, environment: infra.environment(), versions: [version('api', '1.1.0')] };
    await expect(deployToEnvironment(order, await infra.tools())).rejects.toMatchObject({
      reason: 'infra-push-refused',
      exitCode: 1,
      hint: expect.stringContaining('pullRequest: true'),
    });
    expect(infra.log()).toEqual(['start']);
  });

  it('lets nobody in, and the token is in no message and no file', async () => {
    const asked: (string | undefined)[] = [];
    const host = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(403).end('no');
    });
    const { env } = infraFixture(files);
    for (const [repo, more] of [
      [`http://ada:hunter2hunter2@${host}/infra.git`, {}],
      [`http://${host}/infra.git`, { SHIPYARN_INFRA_TOKEN: 'hunter2hunter2' }],
    ] as const) {
      const infra = await open(repo, 'main', { ...env, ...more });
      const failure = await infra.fetchTip().catch((error) => error);
      expect(failure).toMatchObject({ reason: 'infra-no-access', exitCode: 1 });
      expect(JSON.stringify([failure, failure.message])).not.toContain('hunter2');
      expect(readFileSync(join(infra.git.history.root, 'config'), 'utf8')).not.toMatch(/hunter2|@/);
      expect(Buffer.from(asked.pop()?.split(' ')[1] ?? '', 'base64').toString()).toContain(':hunter2hunter2');
    }
  });

  it.each([
    ['a token from the environment', (url: string) => url, { SHIPYARN_INFRA_TOKEN: 'hunter2hunter2' }],
    ['credentials in the address', (url: string) => url.replace('//', '//ada:hunter2hunter2@'), {}],
    [
      'a credential helper',
      (url: string) => url,
      {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'credential.helper',
        GIT_CONFIG_VALUE_0: '!echo username=ada; echo password=hunter2hunter2; true',
      },
    ],
  ])('is read and written over HTTP with %s', async (_, address, more) => {
    const infra = infraFixture(files);
    infra.remote.git('config', 'http.receivepack', 'true');
    const url = await gitHttpServer(infra.remote.root, 'hunter2hunter2');
    const repo = await open(address(url), 'main', { ...infra.env, ...more });
    const order = { ...request, environment: infra.environment(), versions: [version('api', '1.1.0')] };
    const result = await deployToEnvironment(order, { ...(await infra.tools()), repo });
    expect(infra.show('values.yaml')).toContain('1.1.0');
    expect(JSON.stringify(result)).not.toContain('hunter2');
    const denied = await open(url, 'main', infra.env);
    await expect(denied.fetchTip()).rejects.toMatchObject({ reason: 'infra-no-access' });
  });

  it('would get a token over plain HTTP', async () => {
    const env = { ...infraFixture(files).env, SHIPYARN_INFRA_TOKEN: 't' };
    await expect(openInfraRepo({ repo: 'http://git.example.com/infra.git', env })).rejects.toMatchObject({
      reason: 'infra-plain-http',
      exitCode: 2,
    });
  });
});

describe('identity and signing', () => {
  it('takes the configured author and signs with SSH', async ({ skip }) => {
    await skipWithout(['ssh-keygen'], skip);
    const infra = infraFixture(files);
    const key = join(testFolder(), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const env = {
      ...infra.env,
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'gpg.format',
      GIT_CONFIG_VALUE_0: 'ssh',
      GIT_CONFIG_KEY_1: 'user.signingKey',
      GIT_CONFIG_VALUE_1: key,
    };
    const settings = {
      repo: infra.url,
      author: 'Release Bot <bot@example.com>',
      sign: true,
      message: 'bump {services} in {environment}',
    };
    const tools = { ...(await infra.tools()), repo: await open(infra.url, 'main', env) };
    const order = {
      ...request,
      settings,
      environment: infra.environment(),
      versions: [version('api', '1.1.0')],
    };
    await deployToEnvironment(order, tools);
    const commit = infra.remote.git('cat-file', '-p', 'main');
    expect(commit).toContain('author Release Bot <bot@example.com>');
    expect(commit).toContain('-----BEGIN SSH SIGNATURE-----');
    expect(commit).toContain('bump api 1.1.0 in production');
  });

  it('signs with GPG', async ({ skip }) => {
    const infra = infraFixture(files);
    // Sockets of GPG's agent need a short path.
    const home = testFolder();
    chmodSync(home, 0o700);
    const env = {
      ...infra.env,
      GNUPGHOME: home,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.signingKey',
      GIT_CONFIG_VALUE_0: 'ada@example.com',
    };
    const key = [
      '--batch',
      '--passphrase',
      '',
      '--quick-generate-key',
      'Ada <ada@example.com>',
      'ed25519',
      'sign',
      'never',
    ];
    const made = spawnSync('gpg', key, { env });
    if (made.status !== 0) skip(`\`gpg\` cannot make a key here: ${made.error?.message ?? made.stderr}`);
    onTestFinished(() => void spawnSync('gpgconf', ['--kill', 'all'], { env }));
    const tools = { ...(await infra.tools()), repo: await open(infra.url, 'main', env) };
    const order = {
      ...request,
      settings: { repo: infra.url, sign: true },
      environment: infra.environment(),
      versions: [version('api', '1.1.0')],
    };
    await deployToEnvironment(order, tools);
    const verified = spawnSync('git', ['verify-commit', 'main'], { cwd: infra.remote.root, env });
    expect(verified.stderr.toString()).toContain('Good signature');
  });

  it('makes no commit that it could not sign', async () => {
    const infra = infraFixture(files);
    const env = {
      ...infra.env,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'gpg.program',
      GIT_CONFIG_VALUE_0: '/nonexistent/gpg',
    };
    const tools = { ...(await infra.tools()), repo: await open(infra.url, 'main', env) };
    const order = {
      ...request,
      settings: { repo: infra.url, sign: true },
      environment: infra.environment(),
      versions: [version('api', '1.1.0')],
    };
    await expect(deployToEnvironment(order, tools)).rejects.toMatchObject({
      reason: 'infra-not-signed',
      exitCode: 1,
    });
    expect(infra.log()).toEqual(['start']);
  });

  it('refuses an author that is none', async () => {
    const infra = infraFixture(files);
    const order = {
      ...request,
      settings: { repo: infra.url, author: 'bot' },
      environment: infra.environment(),
      versions: [version('api', '1.1.0')],
    };
    await expect(deployToEnvironment(order, await infra.tools())).rejects.toMatchObject({
      reason: 'config-author-invalid',
    });
  });
});
