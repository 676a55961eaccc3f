import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSnapshot } from '../../src/workspace/snapshot.ts';
import { addBareRemote, type TestRepo, testRepo } from '../helpers/testRepo.ts';
import { openTestGit } from './openTestGit.ts';

/** Everything in the Git directory with size and time of change (Git freshens objects that it meets again). */
function gitDirectoryState(repo: TestRepo): string[] {
  const folder = join(repo.root, '.git');
  return readdirSync(folder, { recursive: true })
    .map(String)
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${name.startsWith('objects') ? '' : mtimeMs}`;
    });
}

describe.each(['sha1', 'sha256'] as const)('working directory of a %s repository', (objectFormat) => {
  it('is HEAD where nothing differs', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('one', { a: '1', '.gitignore': 'ignored' });
    repo.write({ ignored: 'x' });
    const { worktree } = await openTestGit(repo);
    expect(await worktree.snapshot()).toEqual({ tree: repo.git('rev-parse', 'HEAD^{tree}'), dirty: false });
  });

  it('leaves out what is deleted in the index, and takes what stands there again', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('one', { a: '1', gone: '1', back: '1' });
    repo.git('rm', '--quiet', 'gone', 'back');
    const deleted = await (await openTestGit(repo)).worktree.snapshot();
    repo.write({ back: '2' });
    const restored = await (await openTestGit(repo)).worktree.snapshot();
    repo.git('add', '--all');
    expect(restored).toEqual({ tree: repo.git('write-tree'), dirty: true });
    repo.git('rm', '--quiet', '--cached', 'back');
    expect(deleted).toEqual({ tree: repo.git('write-tree'), dirty: true });
  });

  it('holds staged, unstaged, untracked, deleted and executable files and leaves the repository as it was', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('one', { a: '1', b: '1', gone: '1', run: '1', '.gitignore': 'ignored' });
    repo.write({ a: 'staged', b: 'unstaged', gone: null, 'new/deep/file': 'new', ignored: 'x' });
    repo.git('add', 'a');
    chmodSync(join(repo.root, 'run'), 0o755);
    symlinkSync('a', join(repo.root, 'link'));
    const before = gitDirectoryState(repo);
    const git = await openTestGit(repo);
    await git.objects.readTree(repo.git('rev-parse', 'HEAD^{tree}'));
    const { tree, dirty } = await git.worktree.snapshot();
    const snapshot = openSnapshot(tree, git.objects);
    const files = await snapshot.files('');
    const shown = await Promise.all(
      files.map(async ({ path, mode, oid }) => `${mode} ${path} ${await git.objects.read(oid)}`),
    );
    expect(shown).toEqual([
      '100644 .gitignore ignored',
      '100644 a staged',
      '100644 b unstaged',
      '120000 link a',
      '100644 new/deep/file new',
      '100755 run 1',
    ]);
    expect(dirty).toBe(true);
    expect(gitDirectoryState(repo)).toEqual(before);
  });

  it('sees through a change that is back to what HEAD has', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('one', { a: '1' });
    repo.write({ a: '2' });
    repo.git('add', 'a');
    repo.write({ a: '1' });
    expect(await (await openTestGit(repo)).worktree.snapshot()).toMatchObject({ dirty: false });
  });

  it('reads a file changed so soon after `git add` that its times and size are the same', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('one', { a: '1' });
    for (const [key, value] of Object.entries({ trustctime: 'false', checkStat: 'minimal' })) {
      repo.git('config', `core.${key}`, value);
    }
    const moment = new Date(1_700_000_000_000);
    repo.write({ a: '2' });
    utimesSync(join(repo.root, 'a'), moment, moment);
    repo.git('add', 'a');
    repo.write({ a: '1' });
    utimesSync(join(repo.root, 'a'), moment, moment);
    utimesSync(join(repo.root, '.git/index'), moment, moment);
    expect(await (await openTestGit(repo)).worktree.snapshot()).toMatchObject({ dirty: false });
  });
});

describe('working directory', () => {
  it('is read from a subfolder and in a linked worktree', async () => {
    const repo = testRepo();
    repo.commit('one', { 'sub/a': '1' });
    const linked = `${repo.root}/../${repo.root.split('/').at(-1)}-linked`;
    repo.git('worktree', 'add', '--quiet', linked);
    execFileSync('sh', ['-c', 'echo 2 > sub/a'], { cwd: linked });
    const git = await openTestGit({ ...repo, root: join(linked, 'sub') });
    const { tree, dirty } = await git.worktree.snapshot();
    expect(dirty).toBe(true);
    expect(String(await openSnapshot(tree, git.objects).read('sub/a'))).toBe('2\n');
    repo.git('worktree', 'remove', '--force', linked);
  });

  it('is HEAD in a bare repository, which has none', async () => {
    const repo = testRepo();
    repo.commit('one', { a: '1' });
    const { worktree } = await openTestGit(addBareRemote(repo));
    expect(await worktree.snapshot()).toEqual({ tree: repo.git('rev-parse', 'HEAD^{tree}'), dirty: false });
  });

  it('says which folder is a repository without a commit', async () => {
    const repo = testRepo();
    repo.commit('one', { a: '1' });
    repo.git('init', '--quiet', 'in/side');
    const { worktree } = await openTestGit(repo);
    await expect(worktree.snapshot()).rejects.toMatchObject({
      exitCode: 2,
      reason: 'git-empty-repository-inside',
      at: { file: 'in/side' },
    });
  });

  it('is the same whatever the environment says of paths', async () => {
    const repo = testRepo();
    repo.commit('one', { a: '1' });
    repo.write({ '[a]*': '2' });
    const { tree } = await (await openTestGit(repo)).worktree.snapshot();
    for (const name of ['LITERAL', 'GLOB', 'NOGLOB', 'ICASE']) {
      const env = { ...repo.env, [`GIT_${name}_PATHSPECS`]: '1' };
      const { worktree } = await openTestGit({ ...repo, env });
      expect((await worktree.snapshot()).tree, name).toBe(tree);
    }
  });

  it('runs no hook and keeps skipped files of a sparse checkout', async () => {
    const repo = testRepo();
    repo.commit('one', { 'in/a': '1', 'out/b': '1' });
    repo.write({ '.git/hooks/post-index-change': '#!/bin/sh\ntouch hook-ran\n' });
    chmodSync(join(repo.root, '.git/hooks/post-index-change'), 0o755);
    repo.git('-c', 'core.hooksPath=/dev/null', 'sparse-checkout', 'set', 'in');
    repo.write({ 'in/a': '2' });
    const git = await openTestGit(repo);
    const { tree } = await git.worktree.snapshot();
    const files = await openSnapshot(tree, git.objects).files('');
    expect(files.map(({ path }) => path)).toEqual(['in/a', 'out/b']);
    expect(readdirSync(repo.root)).not.toContain('hook-ran');
  });
});
