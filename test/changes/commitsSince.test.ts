import { describe, expect, it } from 'vitest';
import { commitsSince } from '../../src/changes/commitsSince.ts';
import { openTestGit } from '../git/openTestGit.ts';
import { testRepo } from '../helpers/testRepo.ts';

describe('commitsSince', () => {
  it('gives each starting point the commits that git log gives', async () => {
    const repo = testRepo();
    const root = repo.commit('root');
    const a = repo.commit('a');
    repo.git('checkout', '--quiet', '-b', 'side', root);
    const b = repo.commit('b');
    const c = repo.commit('c');
    repo.git('checkout', '--quiet', 'main');
    repo.commit('d');
    repo.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side');
    const e = repo.commit('e');
    const git = await openTestGit(repo);
    const starts = [root, a, b, c, e];
    const since = await commitsSince(git, e, starts);
    for (const start of starts) {
      const listed = repo.git('log', '--topo-order', '--format=%H', `${start}..${e}`);
      expect(since(start).map(({ hash }) => hash)).toEqual(listed.split('\n').filter(Boolean));
    }
    const all = await commitsSince(git, e, [a, null]);
    expect(all(null)).toHaveLength(7);
    expect(all(a)).toHaveLength(5);
  });

  it('starts no process where nothing is asked', async () => {
    const git = await openTestGit(testRepo());
    expect((await commitsSince(git, 'HEAD', []))(null)).toEqual([]);
  });
});
