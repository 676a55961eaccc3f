import { describe, expect, it } from 'vitest';
import type { GitCommit } from '../../src/ports/git.ts';
import { commitOf, planOfOne } from './planValues.ts';

const feat = commitOf('feat: search (#12)', 1);
const fix = commitOf('fix: a typo', 2);

function revertOf(commit: GitCommit, header: string, body: string): GitCommit {
  return commitOf(
    `${header}\n\n${body.replace('<hash>', commit.hash).replace('<short>', commit.hash.slice(0, 9))}`,
    3,
  );
}

const forms: [string, GitCommit][] = [
  ['by Git', revertOf(feat, 'Revert "feat: search (#12)"', 'This reverts commit <hash>.')],
  [
    'by Git, of a merge',
    revertOf(feat, 'Revert "x"', 'This reverts commit <hash>, reversing\nchanges made to abc.'),
  ],
  ['conventional with the sentence', revertOf(feat, 'revert: feat: search', 'This reverts commit <hash>.')],
  ['conventional with Refs', revertOf(feat, 'revert: let us never speak of it', 'Refs: <short>')],
  ['conventional by header only', revertOf(feat, 'revert: feat: search (#12)', '')],
  ['by GitHub, squashed', revertOf(feat, 'Revert "feat: search" (#13)', 'Reverts acme/shop#12')],
  ['by GitHub, title changed', revertOf(feat, 'revert: search (#13)', 'Reverts acme/shop#12')],
  ['by GitHub, header only', revertOf(feat, 'Revert "feat: search (#12)" (#13)', '')],
  ['by GitLab', revertOf(feat, 'Revert "feat: search (#12)"', 'This reverts commit <hash>')],
];

describe('a revert of an unreleased commit', () => {
  it.each(forms)('%s cancels it', async (_, revert) => {
    const planned = await planOfOne({ commits: [revert, fix, feat] });
    expect(planned).toMatchObject({ bump: 'patch', nextVersion: '1.2.1' });
    expect(planned.commits.map(({ hash }) => hash)).toEqual([fix.hash]);
    expect(planned.changelog).not.toMatch(/search/);
  });

  it('of several commits counts only where all of them are unreleased', async () => {
    const both = commitOf(`revert: two\n\nRefs: ${feat.hash}, ${fix.hash}`, 4);
    expect((await planOfOne({ commits: [both, fix, feat] })).commits).toEqual([]);
    const half = commitOf(`revert: two\n\nRefs: ${feat.hash}, ${'d'.repeat(40)}`, 4);
    const planned = await planOfOne({ commits: [half, feat] });
    expect(planned.commits.map(({ hash }) => hash)).toEqual([half.hash]);
    expect(planned.bump).toBe('patch');
  });

  it('that is itself reverted brings the commit back', async () => {
    const [, revert] = forms[0] ?? ['', feat];
    const again = commitOf(`Reapply "feat: search (#12)"\n\nThis reverts commit ${revert.hash}.`, 5);
    const planned = await planOfOne({ commits: [again, revert, feat] });
    expect(planned.commits.map(({ hash }) => hash)).toEqual([feat.hash]);
    expect(planned.bump).toBe('minor');
    const fourth = commitOf(`Revert "Reapply "feat: search (#12)""\n\nThis reverts commit ${again.hash}.`, 6);
    expect((await planOfOne({ commits: [fourth, again, revert, feat] })).commits).toEqual([]);
  });

  it('takes the newest of two commits with one header', async () => {
    const older = commitOf('feat: search (#12)', 9);
    const revert = commitOf('Revert "feat: search (#12)"', 3);
    const planned = await planOfOne({ commits: [revert, feat, older] });
    expect(planned.commits.map(({ hash }) => hash)).toEqual([older.hash]);
  });

  it('never cancels what came after it', async () => {
    const revert = commitOf('Revert "feat: search (#12)"', 3);
    const planned = await planOfOne({ commits: [feat, revert] });
    expect(planned.commits.map(({ hash }) => hash)).toEqual([feat.hash, revert.hash]);
  });
});

describe('a revert of a released commit', () => {
  it.each(forms)('%s is a patch under Reverts', async (_, revert) => {
    const planned = await planOfOne({ commits: [revert] });
    expect(planned).toMatchObject({ bump: 'patch', nextVersion: '1.2.1' });
    expect(planned.changelog).toMatch(/### Reverts\n\n\* /);
  });

  it('that is reverted in a later release counts as the commit that it brings back', async () => {
    const again = commitOf(`Reapply "feat: search (#12)"\n\nThis reverts commit ${'d'.repeat(40)}.`, 5);
    expect(await planOfOne({ commits: [again] })).toMatchObject({ bump: 'minor', nextVersion: '1.3.0' });
    const twice = commitOf(`Revert "Revert "feat: search (#12)" (#13)" (#14)\n\nReverts acme/shop#13`, 5);
    expect(await planOfOne({ commits: [twice] })).toMatchObject({ bump: 'minor', nextVersion: '1.3.0' });
  });
});
