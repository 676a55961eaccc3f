import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openForge } from '../../src/adapters/forge/openForge.ts';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { openInfraRepo } from '../../src/adapters/git/openInfraRepo.ts';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { testRepo } from '../helpers/testRepo.ts';
import { commandLines } from '../support/commandLines.ts';
import { testRepos } from '../support/demoRepos.ts';
import { isSoon } from '../support/isSoon.ts';
import { scrubbedEnvironment, shipyarn } from '../support/run.ts';
import { silentServer } from '../support/silentServer.ts';
import { tempDir } from '../support/tempDir.ts';

const impatient = { SHIPYARN_TIMEOUT: '0.5' };

describe('who is asked and never answers is given up', () => {
  it('a Git remote, and nothing of it is left behind', async () => {
    const host = await silentServer();
    const repo = testRepo();
    repo.commit('one', { a: '1' });
    repo.git('remote', 'add', 'origin', `http://${host}/repo.git`);
    const git = await openGit({ cwd: repo.root, env: { ...repo.env, ...impatient } });
    const silent = { reason: 'process-silent', exitCode: 1 };
    await isSoon(expect(git.remote.listRefs(['refs/tags/'])).rejects.toMatchObject(silent));
    await isSoon(expect(git.remote.fetch(['refs/heads/main'])).rejects.toMatchObject(silent));
    const push = git.remote.push([{ ref: 'refs/tags/a', oid: await head(repo.root) }]);
    await isSoon(expect(push).rejects.toMatchObject(silent));
    await nothingLeft(host);
  });

  it('an infra repo, with the way out', async () => {
    const host = await silentServer();
    const env = { ...(await scrubbedEnvironment()), ...impatient };
    const open = openInfraRepo({ repo: `http://${host}/infra.git`, env });
    await isSoon(expect(open).rejects.toMatchObject({ reason: 'infra-unreachable', exitCode: 1 }));
  });

  it('an object that a partial clone has to fetch', async () => {
    const host = await silentServer();
    const repo = testRepo();
    repo.commit('one', { a: '1' });
    for (const [key, value] of [
      ['remote.origin.url', `http://${host}/repo.git`],
      ['remote.origin.promisor', 'true'],
      ['extensions.partialClone', 'origin'],
    ]) {
      repo.git('config', key as string, value as string);
    }
    const git = await openGit({ cwd: repo.root, env: { ...repo.env, ...impatient } });
    const missing = git.objects.read('1'.repeat(40));
    await isSoon(expect(missing).rejects.toMatchObject({ reason: 'process-silent' }));
    await nothingLeft(host);
  });

  it('a registry', async () => {
    const host = await silentServer();
    const store = openImageStore(`${host}/team`, { env: impatient, insecureRegistries: [] });
    const tags = store.listTags('team/api');
    await isSoon(expect(tags).rejects.toMatchObject({ reason: 'registry-unreachable', exitCode: 1 }));
  });

  it('a forge', async () => {
    const api = `http://${await silentServer()}`;
    const env = { ...impatient, GITEA_TOKEN: 't' };
    const forge = openForge({ remoteUrl: 'https://x/acme/repo', settings: { kind: 'gitea', api }, env });
    const release = { gitTag: 'a@1.0.0', name: 'a', notes: '', prerelease: false };
    const put = forge?.putRelease(release);
    await isSoon(expect(put).rejects.toMatchObject({ reason: 'forge-unreachable', exitCode: 1 }));
  });

  it('a credential helper', async () => {
    const folder = await tempDir('helper');
    const program = path.join(folder, 'docker-credential-hangs');
    await writeFile(program, '#!/bin/sh\nexec sleep 60\n');
    await chmod(program, 0o755);
    await writeFile(path.join(folder, 'config.json'), '{"credsStore":"hangs"}');
    const { dockerCredentials } = await import('../../src/adapters/registry/dockerCredentials.ts');
    const env = { ...impatient, PATH: `${folder}:${process.env.PATH}`, DOCKER_CONFIG: folder };
    const asked = dockerCredentials(env).forHost('registry.example.com');
    await isSoon(expect(asked).resolves.toMatchObject({ credentials: null, problem: expect.any(String) }));
  });
});

it('a time-out that is no number is refused before anything is done', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const result = await shipyarn(['release'], { cwd: repos.monorepo, env: { SHIPYARN_TIMEOUT: 'soon' } });
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  expect(result.stderr).toContain('SHIPYARN_TIMEOUT is `soon`');
  expect(await repos.remoteTags()).toEqual([]);
});

/** No process has this in its command line, after the moment that ending takes. */
async function nothingLeft(words: string): Promise<void> {
  const left = async () => (await commandLines()).filter((line) => line.includes(words));
  await expect.poll(left, { timeout: 20_000 }).toEqual([]);
}

async function head(cwd: string): Promise<string> {
  const git = await openGit({ cwd, env: process.env });
  const { commit } = await git.history.head();
  await git.close();
  return commit;
}
