import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cloneTestRepo, testRepo } from '../helpers/testRepo.ts';
import { openTestGit } from './openTestGit.ts';

describe('history', () => {
  it('tells the head, on a branch and detached', async () => {
    const repo = testRepo();
    const commit = repo.commit('one');
    const git = await openTestGit(repo);
    expect(git.history.root).toBe(repo.root);
    expect(await git.history.head()).toEqual({ commit, branch: 'main' });
    repo.git('checkout', '--quiet', '--detach');
    expect(await git.history.head()).toEqual({ commit, branch: null });
  });

  it('says so when there is no commit yet', async () => {
    const git = await openTestGit(testRepo());
    await expect(git.history.head()).rejects.toMatchObject({ reason: 'git-no-commits', exitCode: 2 });
  });

  it('resolves revisions to commits and nothing else', async () => {
    const repo = testRepo();
    const first = repo.commit('one', { a: '1' });
    repo.git('tag', '-a', '-m', 'x', 'v1');
    repo.commit('two');
    const git = await openTestGit(repo);
    const revisions = ['v1', 'HEAD~1', first.slice(0, 10), 'HEAD:a', '--all', 'no such\nthing', ''];
    expect(await Promise.all(revisions.map(git.history.resolveCommit))).toEqual([
      ...[first, first, first],
      ...[null, null, null, null],
    ]);
    expect(await git.history.treeOf(first)).toBe(repo.git('rev-parse', `${first}^{tree}`));
  });

  it('lists tags, packed and loose, with what they lead to', async () => {
    const repo = testRepo();
    const commit = repo.commit('one');
    expect((await (await openTestGit(repo)).history.tags()).names).toEqual([]);
    repo.git('tag', 'light');
    repo.git('tag', '-a', '-m', 'x', '@acme/api@1.0.0');
    repo.git('tag', '-a', '-m', 'x', 'ünder/way');
    repo.git('tag', 'moved');
    repo.git('pack-refs', '--all');
    const later = repo.commit('two');
    repo.git('tag', '-a', '-m', 'x', 'nested', '@acme/api@1.0.0');
    repo.git('tag', '--force', 'moved');
    const oid = (name: string) => repo.git('rev-parse', `refs/tags/${name}`);
    const tags = await (await openTestGit(repo)).history.tags();
    const expected = [
      { name: '@acme/api@1.0.0', oid: oid('@acme/api@1.0.0'), commit, annotated: true },
      { name: 'light', oid: commit, commit, annotated: false },
      { name: 'moved', oid: later, commit: later, annotated: false },
      { name: 'nested', oid: oid('nested'), commit, annotated: true },
      { name: 'ünder/way', oid: oid('ünder/way'), commit, annotated: true },
    ];
    expect([...tags.all()].sort(byName)).toEqual(expected);
    expect([...tags.names].sort()).toEqual(expected.map(({ name }) => name).sort());
    expect(expected.map(({ name }) => tags.get(name))).toEqual(expected);
    expect(tags.get('@acme/api@1.0')).toBeUndefined();
    expect([commit, later, oid('nested')].map((each) => tags.leadTo(each))).toEqual([true, true, false]);
  });

  it('takes tags as Git says them where they are kept otherwise, are many, or lead to no commit', async () => {
    const repo = testRepo();
    const commit = repo.commit('one', { a: '1' });
    repo.git('tag', 'blob', 'HEAD:a');
    const names = async () => [...(await (await openTestGit(repo)).history.tags()).names].sort();
    expect(await names()).toEqual(['blob']);
    repo.git('tag', '--delete', 'blob');
    const many = Array.from({ length: 70 }, (_, index) => `v${index}`);
    for (const name of many) repo.git('tag', name);
    expect(await names()).toEqual([...many].sort());
    repo.git('pack-refs', '--all');
    // As another program may write it: without what annotated tags lead to.
    const file = join(repo.root, '.git/packed-refs');
    repo.git('tag', '-a', '-m', 'x', 'annotated');
    const annotated = repo.git('rev-parse', 'annotated');
    repo.git('tag', '--delete', 'annotated');
    writeFileSync(file, `${commit} refs/heads/main\n${annotated} refs/tags/annotated\n`);
    const tags = await (await openTestGit(repo)).history.tags();
    expect(tags.all()).toEqual([{ name: 'annotated', oid: annotated, commit, annotated: true }]);
  });

  it('gives commits with their paths against the first parent, merges and oddly named files included', async () => {
    const repo = testRepo();
    const base = repo.commit('base', { a: '1' });
    repo.git('checkout', '--quiet', '-b', 'side');
    const side = repo.commit('feat: side\n\nBody with\n\nBREAKING CHANGE: no more', {
      'two\nlines': 's',
      'ü b': 's',
    });
    repo.git('checkout', '--quiet', 'main');
    const renamed = repo.commit('rename', { a: null, b: '1' });
    const empty = repo.commit('empty');
    repo.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side');
    const git = await openTestGit(repo);
    const commits = await git.history.log('HEAD', [base]);
    const byHash = new Map(commits.map((commit) => [commit.hash, commit]));
    expect(byHash.size).toBe(4);
    expect(commits[0]).toMatchObject({
      message: 'Merge side',
      parents: [empty, side],
      paths: ['two\nlines', 'ü b'],
    });
    expect(byHash.get(renamed)?.paths).toEqual(['a', 'b']);
    expect(byHash.get(empty)?.paths).toEqual([]);
    expect(byHash.get(side)).toMatchObject({
      message: 'feat: side\n\nBody with\n\nBREAKING CHANGE: no more',
      authorName: 'Ada',
      authorEmail: 'ada@example.com',
    });
    const all = await git.history.log('HEAD', []);
    expect(all.at(-1)).toMatchObject({ hash: base, parents: [], paths: ['a'] });
  });

  it('tells which commits are part of a history, whatever their dates', async () => {
    const repo = testRepo();
    const base = repo.commit('base');
    repo.git('checkout', '--quiet', '-b', 'side');
    const side = repo.commit('side');
    repo.git('checkout', '--quiet', 'main');
    repo.env.GIT_COMMITTER_DATE = '@1000000000 +0000';
    repo.git('commit', '--quiet', '--allow-empty', '-m', 'from the past');
    const past = repo.git('rev-parse', 'HEAD');
    const head = repo.commit('head');
    const { history } = await openTestGit(repo);
    expect(await history.reachable(head, [base, side, past, head, base])).toEqual(
      new Set([base, past, head]),
    );
    expect(await history.reachable(past, [head, side, base])).toEqual(new Set([base]));
    expect(await history.isAncestor(base, side)).toBe(true);
    expect(await history.isAncestor(side, head)).toBe(false);
  });

  it('knows a shallow clone', async () => {
    const repo = testRepo();
    repo.commit('one');
    const head = repo.commit('two');
    const shallow = cloneTestRepo(`file://${repo.root}`, '--depth=1');
    expect(await (await openTestGit(repo)).history.shallowCommits()).toEqual([]);
    expect(await (await openTestGit(shallow)).history.shallowCommits()).toEqual([head]);
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
