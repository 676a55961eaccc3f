import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGit } from '../../src/adapters/git/openGit.ts';
import { addBareRemote, scrubbedEnvironment, testFolder, testRepo } from '../helpers/testRepo.ts';
import { openTestGit } from './openTestGit.ts';

/** A PATH on which `git` is this shell script. */
function pathWithGit(script: string): string {
  const folder = testFolder();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'git'), 0o755);
  return folder;
}

describe('openGit', () => {
  it('says where there is no repository', async () => {
    const opened = openGit({ cwd: testFolder(), env: scrubbedEnvironment() });
    await expect(opened).rejects.toMatchObject({ reason: 'git-not-a-repository', exitCode: 2 });
  });

  it('says when Git is not installed', async () => {
    const opened = openGit({ cwd: testFolder(), env: { PATH: '/nonexistent' } });
    await expect(opened).rejects.toMatchObject({ reason: 'git-not-installed', exitCode: 2 });
  });

  it('says so inside of a repository, too', async () => {
    const repo = testRepo();
    repo.commit('one');
    const git = await openTestGit({ ...repo, env: { PATH: '/nonexistent' } });
    await expect(git.history.head()).rejects.toMatchObject({ reason: 'git-not-installed', exitCode: 2 });
  });

  it('says when Git is too old for a command', async () => {
    const repo = testRepo();
    const commit = repo.commit('one');
    const script =
      'case "$*" in *version) echo git version 2.25.1;; *) echo "unrecognized argument" >&2; exit 128;; esac';
    const git = await openTestGit({ ...repo, env: { PATH: pathWithGit(script) } });
    await expect(git.history.log(commit, [])).rejects.toMatchObject({
      reason: 'git-too-old',
      message: 'git version 2.25.1 is too old.',
    });
  });

  it.skipIf(process.geteuid?.() !== 0)('says when somebody else owns the repository (as root)', async () => {
    const repo = testRepo();
    repo.commit('one');
    chownSync(repo.root, 12345, 12345);
    chownSync(join(repo.root, '.git'), 12345, 12345);
    const opened = openGit({ cwd: repo.root, env: repo.env });
    await expect(opened).rejects.toMatchObject({
      reason: 'git-dubious-ownership',
      hint: expect.stringContaining('safe.directory'),
    });
  });

  it('opens the repository of the folder, whatever a hook has set', async () => {
    const repo = testRepo();
    const commit = repo.commit('one');
    const env = { ...repo.env, GIT_DIR: '/nonexistent', GIT_INDEX_FILE: '/nonexistent/index' };
    const git = await openTestGit({ ...repo, env });
    expect((await git.history.head()).commit).toBe(commit);
  });

  it('opens a bare repository', async () => {
    const repo = testRepo();
    const commit = repo.commit('one');
    const git = await openTestGit(addBareRemote(repo));
    expect(await git.history.head()).toEqual({ commit, branch: 'main' });
  });
});
