import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { remoteCredentials } from '../../src/adapters/git/remoteCredentials.ts';
import { gitHttpServer } from '../deploy/gitHttpServer.ts';
import {
  addBareRemote,
  scrubbedEnvironment,
  type TestRepo,
  testFolder,
  testRepo,
} from '../helpers/testRepo.ts';
import { gitCommandLines } from './gitCommandLines.ts';

const canary = 'canary-address-2b8f04';
const other = 'canary-mirror-2b8f04';

/** A repository, and two servers of its remote that ask for a password each. */
async function served() {
  const repo = testRepo();
  const first = repo.commit('one', { a: '1' });
  const bare = addBareRemote(repo);
  bare.git('config', 'http.receivepack', 'true');
  const addresses = await Promise.all([canary, other].map((password) => gitHttpServer(bare.root, password)));
  const [main = '', mirror = ''] = addresses;
  repo.git('remote', 'set-url', 'origin', main.replace('//', `//ci:${canary}@`));
  return { repo, bare, first, main, mirror };
}

/** Lists and pushes; gives what was started for it. */
async function listAndPush(repo: TestRepo, first: string, more: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { env, lines } = gitCommandLines();
  const git = await openGit({ cwd: repo.root, env: { ...repo.env, ...more, ...env } });
  onTestFinished(() => git.close());
  expect(await git.remote.listRefs(['refs/heads/main'])).toEqual(new Map([['refs/heads/main', first]]));
  await git.remote.fetch(['+refs/heads/main:refs/fetched']);
  await git.remote.rehearsePush(first);
  expect(await git.remote.push([{ ref: 'refs/heads/pushed', oid: first }])).toEqual({ ok: true });
  return lines();
}

function expectHidden(lines: readonly string[]): void {
  expect(lines.filter((line) => line.startsWith('git-remote-http ')).length).toBeGreaterThan(3);
  expect(lines.filter((line) => line.includes(canary) || line.includes(other))).toEqual([]);
}

describe('credentials of a remote', () => {
  it('are on no command line where the address has them', async () => {
    const { repo, bare, first } = await served();
    expectHidden(await listAndPush(repo, first));
    expect(bare.git('rev-parse', 'pushed')).toBe(first);
  });

  it('are kept apart for several addresses', async () => {
    const { repo, first, main, mirror } = await served();
    repo.git('config', 'remote.origin.pushurl', mirror.replace('//', `//ci:${other}@`));
    const lines = await listAndPush(repo, first);
    expectHidden(lines);
    const transports = lines.filter((line) => line.startsWith('git-remote-http '));
    expect(new Set(transports.map((line) => line.split(' ')[2]))).toEqual(new Set([main, mirror]));
    repo.git('config', '--add', 'remote.origin.pushurl', main.replace('//', `//ci:${canary}@`));
    expectHidden(await listAndPush(repo, first));
  });

  it.each([
    ['an included file', (repo: TestRepo, file: string) => repo.git('config', 'include.path', file)],
    ['the file of the user', () => ''],
  ])('are on none where %s puts them into the address', async (_, include) => {
    const { repo, first, main } = await served();
    repo.git('remote', 'set-url', 'origin', main);
    const file = join(testFolder(), 'settings');
    const rewritten = main.replace('//', `//ci:${canary}@`).replace('infra.git', '');
    writeFileSync(file, `[url "${rewritten}"]\n\tinsteadOf = ${main.replace('infra.git', '')}\n`);
    const included = include(repo, file) === '';
    expectHidden(await listAndPush(repo, first, included ? { GIT_CONFIG_GLOBAL: file } : {}));
  });

  it('come before the helpers of the user, whose rules for the address stay in force', async () => {
    const { repo, first, main, mirror } = await served();
    const folderOf = (address: string, password: string) =>
      address.replace('//', `//ci:${password}@`).replace('infra.git', '');
    repo.git('config', `url.${folderOf(mirror, other)}.pushInsteadOf`, folderOf(main, canary));
    repo.git('config', 'credential.helper', '!echo username=ada; echo password=wrong; true');
    const lines = await listAndPush(repo, first);
    expectHidden(lines);
    expect(lines).toContain(`git-remote-http origin ${mirror}`);
  });

  it.each([
    'https://ci:simple@example.com/team/repo.git',
    'https://ci%40acme:p%40ss%3Aw%2Frd%25%C3%BC@example.com:8443/repo',
    'http://ci:100%:25%zz@example.com/',
    "https://ci:$HOME'`\\n@example.com/repo.git",
    'HTTPS://:token-alone@example.com/repo.git',
    'https://token-alone:@example.com/repo.git',
  ])('are what Git reads from the address: %s', (used) => {
    const fill = (address: string, more: Readonly<Record<string, string>> = {}) =>
      execFileSync('git', ['credential', 'fill'], {
        input: `url=${address}\n`,
        env: { ...scrubbedEnvironment(), ...more },
      })
        .toString()
        .replace(/^path=.*\n/m, '');
    const found = remoteCredentials({ fetch: [{ configured: used, used }], push: [] }, {});
    const bare = used.replace(/\/\/.*@/, '//');
    expect(found.fetch.GIT_CONFIG_KEY_0).toBe(`url.${bare}.insteadOf`);
    expect(fill(bare, found.fetch)).toBe(fill(used));
  });

  it('that are a user name alone are one still, off the command line', async () => {
    const token = `${canary}-token`;
    const used = `https://${token}@example.com/repo.git`;
    const { fetch } = remoteCredentials({ fetch: [{ configured: used, used }], push: [] }, {});
    const helper = ['-c', "credential.helper=!echo password=$(sed -n 's/^username=//p'); true"];
    const filled = execFileSync('git', [...helper, 'credential', 'fill'], {
      input: 'url=https://example.com/repo.git\n',
      env: { ...scrubbedEnvironment(), ...fetch },
    }).toString();
    expect(filled).toContain(`username=${token}\npassword=${token}\n`);
  });

  it('cost no process where there are none, and a plain user name is left to the helper', async () => {
    const { repo, first, main } = await served();
    repo.git('remote', 'set-url', 'origin', main.replace('//', '//ci@'));
    repo.git('config', 'credential.helper', `!echo password=${canary}; true`);
    await listAndPush(repo, first);
    repo.git('remote', 'set-url', 'origin', main);
    repo.git('config', 'credential.helper', `!echo username=ci; echo password=${canary}; true`);
    const lines = await listAndPush(repo, first);
    expect(lines.filter((line) => / (remote|config) /.test(line))).toEqual([]);
  });
});
