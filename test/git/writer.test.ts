import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder, testRepo } from '../helpers/testRepo.ts';
import { skipWithout } from '../support/parts.ts';
import { openTestGit } from './openTestGit.ts';

const ada = { name: 'Ada <Lovelace>', email: 'ada@example.com' };

describe.each(['sha1', 'sha256'] as const)('writer of a %s repository', (objectFormat) => {
  it('writes blobs, trees, commits and tags that Git finds sound, and no ref', async () => {
    const repo = testRepo({ objectFormat });
    const parent = repo.commit('one', { 'a/keep': '1', 'a/drop': '1', run: '1' });
    repo.git('update-index', '--chmod=+x', 'run');
    repo.git('commit', '-qm', 'mode');
    const refs = repo.git('show-ref');
    const { writer, history } = await openTestGit(repo);
    const oid = await writer.writeBlob(Buffer.from('new\r\n'));
    const files = new Map([
      ['run', { oid }],
      ['b/c/d', { oid, mode: '100755' as const }],
      ['a/drop', null],
    ]);
    const tree = await writer.writeTree(await history.treeOf('HEAD'), files);
    expect(repo.git('ls-tree', '-r', '--format=%(objectmode) %(path)', tree).split('\n')).toEqual([
      '100644 a/keep',
      '100755 b/c/d',
      '100755 run',
    ]);
    const commit = await writer.writeCommit({
      tree,
      parents: [parent],
      message: 'chore: ü\n',
      author: ada,
      at: 5,
    });
    const tag = await writer.writeTag({
      name: '@acme/api@1.0.0',
      commit,
      message: 'Notes\n',
      tagger: ada,
      at: 5,
    });
    expect(repo.git('cat-file', '-p', tag)).toBe(
      `object ${commit}\ntype commit\ntag @acme/api@1.0.0\ntagger Ada Lovelace <ada@example.com> 5 +0000\n\nNotes`,
    );
    expect(repo.git('log', '--format=%P|%s|%ae|%ct', commit)).toContain(
      `${parent}|chore: ü|ada@example.com|5`,
    );
    expect(repo.git('show-ref')).toBe(refs);
    repo.git('fsck', '--strict');
  });

  it('makes a tree out of nothing', async () => {
    const repo = testRepo({ objectFormat });
    const { writer } = await openTestGit(repo);
    const oid = await writer.writeBlob(Buffer.from('x'));
    const tree = await writer.writeTree(
      null,
      new Map([
        ['d/f', { oid }],
        ['absent', null],
      ]),
    );
    expect(repo.git('ls-tree', '-r', '--name-only', tree)).toBe('d/f');
  });

  it('signs tags and commits as the repository is configured to', async ({ skip }) => {
    await skipWithout(['ssh-keygen'], skip);
    const repo = testRepo({ objectFormat });
    const key = join(testFolder(), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    repo.git('config', 'gpg.format', 'ssh');
    repo.git('config', 'user.signingKey', key);
    const commit = repo.commit('one');
    const { writer, history } = await openTestGit(repo);
    const tag = {
      name: 'v1',
      commit,
      message: 'Notes\n\n# Heading\n',
      tagger: ada,
      at: 1_700_000_000,
      sign: true,
    };
    const oid = await writer.writeTag(tag);
    expect(repo.git('cat-file', '-p', oid)).toMatch(
      /tag v1\n[\s\S]*Notes\n\n# Heading\n-----BEGIN SSH SIGNATURE-----/,
    );
    const tree = await history.treeOf(commit);
    const signed = await writer.writeCommit({
      tree,
      parents: [],
      message: 'x',
      author: ada,
      at: 1,
      sign: true,
    });
    expect(repo.git('cat-file', '-p', signed)).toContain('-----BEGIN SSH SIGNATURE-----');
    expect(repo.git('tag', '--list')).toBe('');
  });
});

describe('identity', () => {
  it('is what Git is told, and null where nobody told it', async () => {
    const repo = testRepo();
    const { writer } = await openTestGit(repo);
    expect(await writer.identity()).toEqual({ name: 'Ada', email: 'ada@example.com' });
    const { GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL, ...env } = repo.env;
    expect(await (await openTestGit({ ...repo, env })).writer.identity()).toBeNull();
  });
});
