import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addBareRemote, cloneTestRepo, testRepo } from '../helpers/testRepo.ts';
import { openTestGit } from './openTestGit.ts';

function repoWithRemote(objectFormat: 'sha1' | 'sha256' = 'sha1') {
  const repo = testRepo({ objectFormat });
  const first = repo.commit('one', { a: '1' });
  const bare = addBareRemote(repo);
  return { repo, bare, first };
}

describe('remote', () => {
  it('tells its address without credentials, and its default branch', async () => {
    const { repo } = repoWithRemote();
    const { remote } = await openTestGit(repo);
    expect(await remote.defaultBranch()).toBe('main');
    repo.git('remote', 'set-url', 'origin', 'https://bot:s3cr3t@example.com/team/repo.git');
    expect(await remote.url()).toBe('https://***@example.com/team/repo.git');
    repo.git('remote', 'remove', 'origin');
    await expect((await openTestGit(repo)).remote.url()).rejects.toMatchObject({
      reason: 'git-no-remote',
      exitCode: 2,
    });
  });

  it.each([
    ['a plain one', [], { leavesOutTags: false, isPartial: false }],
    ['--no-tags', ['--no-tags'], { leavesOutTags: true, isPartial: false }],
    ['--single-branch', ['--single-branch'], { leavesOutTags: true, isPartial: false }],
    ['--filter', ['--filter=blob:none'], { leavesOutTags: false, isPartial: true }],
  ])('tells what a clone leaves out: %s', async (_, options, settings) => {
    const { bare } = repoWithRemote();
    const git = await openTestGit(cloneTestRepo(`file://${bare.root}`, ...options));
    expect(await git.remote.settings()).toEqual(settings);
  });

  it('lists exactly the refs asked for, peeled tags beside them', async () => {
    const { repo, first } = repoWithRemote();
    repo.git('tag', '-a', '-m', 'x', 'v1');
    repo.git(
      'push',
      '--quiet',
      'origin',
      'v1',
      'HEAD:refs/heads/deep/refs/heads/main',
      'HEAD:refs/shipyarn/main',
    );
    const { remote } = await openTestGit(repo);
    expect(await remote.listRefs(['refs/heads/main', 'refs/tags/'])).toEqual(
      new Map([
        ['refs/heads/main', first],
        ['refs/tags/v1', repo.git('rev-parse', 'refs/tags/v1')],
        ['refs/tags/v1^{}', first],
      ]),
    );
    expect(await remote.listRefs(['refs/shipyarn/', 'refs/tags/none'])).toEqual(
      new Map([['refs/shipyarn/main', first]]),
    );
  });

  it('fetches what it is asked for and nothing else', async () => {
    const { repo, bare } = repoWithRemote();
    repo.commit('two');
    repo.git('tag', 'v1');
    repo.git('push', '--quiet', 'origin', 'main', 'v1');
    const shallow = cloneTestRepo(`file://${bare.root}`, '--depth=1', '--no-tags');
    const git = await openTestGit(shallow);
    await git.remote.fetch([], { unshallow: true });
    expect(await git.history.shallowCommits()).toEqual([]);
    expect((await git.history.tags()).names).toEqual([]);
    await git.remote.fetch(['refs/tags/*:refs/tags/*']);
    expect((await git.history.tags()).names).toEqual(['v1']);
  });

  it('masks credentials when the remote does not answer', async () => {
    const { repo } = repoWithRemote();
    repo.git('remote', 'set-url', 'origin', 'http://bot:s3cr3t@127.0.0.1:9/repo.git');
    const { remote } = await openTestGit(repo);
    const failure = await remote.listRefs(['refs/heads/']).catch((error) => error);
    expect(failure).toMatchObject({ reason: 'process-failed', exitCode: 1 });
    expect(JSON.stringify(failure) + failure.message + failure.output).not.toContain('s3cr3t');
  });
});

describe.each(['sha1', 'sha256'] as const)('push to a %s remote', (objectFormat) => {
  it('lands branch, tags and a leased ref together', async () => {
    const { repo, bare, first } = repoWithRemote(objectFormat);
    const second = repo.commit('two');
    const { remote } = await openTestGit(repo);
    const result = await remote.push([
      { ref: 'refs/heads/main', oid: second },
      { ref: 'refs/tags/api@1.0.0', oid: first },
      { ref: 'refs/shipyarn/main', oid: second, expected: null },
    ]);
    expect(result).toEqual({ ok: true });
    expect(
      bare.git('rev-parse', 'refs/heads/main', 'refs/tags/api@1.0.0', 'refs/shipyarn/main').split('\n'),
    ).toEqual([second, first, second]);
    expect(await remote.push([{ ref: 'refs/tags/api@1.0.0', oid: null, expected: first }])).toEqual({
      ok: true,
    });
    expect(bare.git('tag', '--list')).toBe('');
  });

  it.each([
    ['a lease on another value', { ref: 'refs/shipyarn/main', expected: 'first' }],
    ['a lease on absence', { ref: 'refs/shipyarn/main', expected: null }],
    ['a tag that is taken', { ref: 'refs/tags/taken' }],
    ['a branch that moved on', { ref: 'refs/heads/main' }],
  ] as const)('loses the race and lands nothing: %s', async (_, { ref, ...lease }) => {
    const { repo, bare, first } = repoWithRemote(objectFormat);
    const other = cloneTestRepo(bare.root);
    const theirs = other.commit('theirs');
    other.git('push', '--quiet', 'origin', 'HEAD:main', 'HEAD:refs/shipyarn/main', 'HEAD:refs/tags/taken');
    const ours = repo.commit('ours');
    const { remote } = await openTestGit(repo);
    const expected = 'expected' in lease ? { expected: lease.expected === 'first' ? first : null } : {};
    const result = await remote.push([
      { ref: 'refs/tags/api@1.0.0', oid: ours },
      { ref, oid: ours, ...expected },
    ]);
    expect(result).toMatchObject({ ok: false, why: 'lost-race' });
    expect(bare.git('rev-parse', ref)).toBe(theirs);
    expect(bare.git('tag', '--list', 'api@*')).toBe('');
  });
});

describe('refused push', () => {
  it('is told apart from a lost race when a hook says no', async () => {
    const { repo, bare } = repoWithRemote();
    mkdirSync(join(bare.root, 'hooks'), { recursive: true });
    writeFileSync(
      join(bare.root, 'hooks/pre-receive'),
      '#!/bin/sh\necho "no releases on Friday" >&2\nexit 1\n',
    );
    chmodSync(join(bare.root, 'hooks/pre-receive'), 0o755);
    const { remote } = await openTestGit(repo);
    const result = await remote.push([{ ref: 'refs/heads/main', oid: repo.commit('two') }]);
    expect(result).toMatchObject({
      ok: false,
      why: 'refused',
      output: expect.stringContaining('no releases on Friday'),
    });
  });

  it('is a refusal where the remote cannot be reached', async () => {
    const { repo } = repoWithRemote();
    repo.git('remote', 'set-url', 'origin', 'http://bot:s3cr3t@127.0.0.1:9/repo.git');
    const { remote } = await openTestGit(repo);
    const result = await remote.push([{ ref: 'refs/heads/main', oid: repo.commit('two') }]);
    expect(result).toMatchObject({ ok: false, why: 'refused' });
    expect(JSON.stringify(result)).not.toContain('s3cr3t');
  });
});
