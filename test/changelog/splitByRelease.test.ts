import { expect, it } from 'vitest';
import { splitByRelease } from '../../src/plan/changelog/splitByRelease.ts';
import type { GitCommit } from '../../src/ports/git.ts';

const commit = (hash: string, ...parents: string[]) => ({ hash, parents }) as unknown as GitCommit;
const release = (version: string, at: string) => ({ version, gitTag: `api@${version}`, commit: at });

it('gives each commit to the lowest version that contains it', () => {
  // main: a ← b ← m ← e; a hotfix h was released from a, then merged as m.
  const commits = [commit('e', 'm'), commit('m', 'b', 'h'), commit('b', 'a'), commit('h', 'a'), commit('a')];
  const releases = [release('1.1.0', 'm'), release('1.0.0', 'a'), release('1.0.1', 'h')];
  const split = splitByRelease(commits, releases);
  expect(split.map((each) => [each.release?.version ?? null, each.commits.map(({ hash }) => hash)])).toEqual([
    [null, ['e']],
    ['1.1.0', ['m', 'b']],
    ['1.0.1', ['h']],
    ['1.0.0', ['a']],
  ]);
});

it('leaves out what the listed commits do not hold, and copes with two tags on one commit', () => {
  const split = splitByRelease(
    [commit('b', 'a')],
    [release('1.0.0', 'a'), release('1.2.0', 'b'), release('1.1.0', 'b')],
  );
  expect(split.map((each) => [each.release?.version ?? null, each.commits.length])).toEqual([
    [null, 0],
    ['1.2.0', 0],
    ['1.1.0', 1],
    ['1.0.0', 0],
  ]);
});
