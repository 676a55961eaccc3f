import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { testRepo } from '../helpers/testRepo.ts';
import { openTestGit } from './openTestGit.ts';

describe.each(['sha1', 'sha256'] as const)('objects of a %s repository', (objectFormat) => {
  it('reads blobs of any size and content, asked for at once', async () => {
    const repo = testRepo({ objectFormat });
    const contents = ['', '\n', 'a\0b\n', 'x'.repeat(300_000), 'deadbeef blob 3\nabc\n'];
    repo.commit('files', Object.fromEntries(contents.map((content, index) => [`f${index}`, content])));
    const git = await openTestGit(repo);
    const oids = contents.map((_, index) => repo.git('rev-parse', `HEAD:f${index}`));
    const read = await Promise.all(oids.map((oid) => git.objects.read(oid)));
    expect(read.map(String)).toEqual(contents);
  });

  it('hands large objects on piece by piece, whatever else is asked for', async () => {
    const repo = testRepo({ objectFormat });
    const large = Buffer.alloc(9_000_001, 'piece of a large file\n');
    repo.commit('files', { a: 'a', large, z: 'z' });
    const git = await openTestGit(repo);
    const [a, oid, z] = ['a', 'large', 'z'].map((path) => repo.git('rev-parse', `HEAD:${path}`)) as [
      string,
      string,
      string,
    ];
    const [first, opened, last, again] = await Promise.all([
      git.objects.read(a),
      git.objects.open(oid),
      git.objects.read(z),
      git.objects.read(oid),
    ]);
    expect([String(first), String(last), again.equals(large)]).toEqual(['a', 'z', true]);
    if (Buffer.isBuffer(opened)) throw new Error('a large object was held in memory');
    expect(opened.size).toBe(large.length);
    expect((await buffer(opened.stream())).equals(large)).toBe(true);
    for await (const chunk of opened.stream()) {
      // Whoever takes no more ends the process that gives it.
      expect(chunk.length).toBeLessThan(large.length);
      break;
    }
    expect(String(await git.objects.open(z))).toBe('z');
  });

  it('reads trees as git ls-tree shows them', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('files', { 'b/c': '1', 'b.txt': '2', 'ünï cödé': '3' });
    repo.git('update-index', '--chmod=+x', 'b.txt');
    repo.git('update-index', '--add', '--cacheinfo', `160000,${repo.git('rev-parse', 'HEAD')},sub`);
    repo.git('commit', '-qm', 'modes');
    const git = await openTestGit(repo);
    const entries = await git.objects.readTree(repo.git('rev-parse', 'HEAD^{tree}'));
    const shown = entries.map(({ mode, oid, name }) => `${mode} ${oid} ${name}`);
    const listed = repo.git(
      '-c',
      'core.quotePath=false',
      'ls-tree',
      '--format=%(objectmode) %(objectname) %(path)',
      'HEAD',
    );
    expect(shown).toEqual(listed.split('\n'));
  });

  it('rejects for an object that is not there, and goes on', async () => {
    const repo = testRepo({ objectFormat });
    repo.commit('file', { a: 'a' });
    const git = await openTestGit(repo);
    const absent = 'ab'.repeat(objectFormat === 'sha1' ? 20 : 32);
    await expect(git.objects.read(absent)).rejects.toMatchObject({ reason: 'git-object-missing' });
    await expect(git.objects.readTree(absent)).rejects.toMatchObject({ reason: 'git-object-missing' });
    expect(String(await git.objects.read(repo.git('rev-parse', 'HEAD:a')))).toBe('a');
  });
});
