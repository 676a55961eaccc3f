import { describe, expect, it } from 'vitest';
import { changedPaths } from '../../src/changes/changedPaths.ts';
import { openTestGit } from '../git/openTestGit.ts';
import { testRepo } from '../helpers/testRepo.ts';

describe('changedPaths', () => {
  it('says what git diff says', async () => {
    const repo = testRepo();
    const before = repo.commit('before', {
      'same/a': '1',
      'edited/deep/a': '1',
      'removed/deep/a': '1',
      'file-to-folder': '1',
      'folder-to-file/a': '1',
      mode: '1',
      'a-b/x': '1',
      'a/x': '1',
    });
    repo.write({ 'file-to-folder': null, 'folder-to-file': null, 'removed/deep/a': null });
    repo.write({
      'file-to-folder/a': '1',
      'folder-to-file': '1',
      'edited/deep/a': '2',
      'added/ü': '1',
      'a/x': '2',
    });
    repo.git('add', '--all');
    repo.git('update-index', '--chmod=+x', 'mode');
    repo.git('commit', '-qm', 'after');
    const git = await openTestGit(repo);
    const [a, b] = [await git.history.treeOf(before), await git.history.treeOf('HEAD')];
    const listed = repo.git(
      '-c',
      'core.quotePath=false',
      'diff',
      '--name-only',
      '--no-renames',
      before,
      'HEAD',
    );
    expect((await changedPaths(git.objects, a, b)).sort()).toEqual(listed.split('\n').sort());
    expect(await changedPaths(git.objects, a, a)).toEqual([]);
  });
});
