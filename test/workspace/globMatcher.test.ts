import micromatch from 'micromatch';
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../src/workspace/globMatcher.ts';

const globs = [
  ...['*', 'packages/*', 'eslint-*', '@types/*', '@types/j*', 'a.b*', 'services/api', '@acme/web', '-*'],
  ...['**', 'packages/**', '*-api', 'a*b', 'p?ckages', '{a,b}*', '[ab]*', '!a*', 'a/*/c', '.*', '@(a|b)*'],
];
const paths = [
  ...['a', 'b', 'a.b', 'a.bc', '.a', 'eslint', 'eslint-', 'eslint-plugin', 'eslint-x/y', '-', '-a'],
  ...['packages', 'packages/a', 'packages/.a', 'packages/a/b', '@types/jest', '@types/j'],
  ...['services/api', 'services/api2', '@acme/web', 'a/b/c', 'web-api', 'aXb', '@types/.x'],
];

describe('globMatcher', () => {
  it.each(globs)('finds by %s what micromatch finds', (glob) => {
    const due = paths.filter((path) => micromatch.isMatch(path, glob));
    expect(paths.filter(globMatcher([glob]))).toEqual(due);
  });

  it('finds by any of a list', () => {
    const matches = globMatcher(['web', 'lib-*', '*-{api,job}']);
    expect(['web', 'lib-a', 'x-job', 'webs', 'x-web'].filter(matches)).toEqual(['web', 'lib-a', 'x-job']);
    expect(['', 'a'].filter(globMatcher([]))).toEqual([]);
  });
});
