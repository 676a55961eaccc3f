import { describe, expect, it } from 'vitest';
import { dockerPatterns, malformed } from '../../src/workspace/contents/dockerPatterns.ts';
import { acme } from './acme.ts';
import { contextOf, yarnRepo } from './yarnRepo.ts';

/** Of these paths the ones that stay in. What Docker itself says: test/buildx/ignorePatterns.test.ts. */
function left(patterns: readonly string[], paths: readonly string[]): string[] {
  const { leavesOut } = dockerPatterns(patterns);
  return paths.filter((path) => leavesOut(path) === -1);
}

describe('patterns of a .dockerignore', () => {
  it.each([
    [['dist'], ['dist/a.js', 'lib/dist/a.js'], ['lib/dist/a.js']],
    [['/dist/', './docs//'], ['dist/a.js', 'docs/a.md', 'docs.md'], ['docs.md']],
    [['**/dist'], ['dist/a.js', 'lib/dist/a.js', 'lib/mydist'], ['lib/mydist']],
    [['**/*.md'], ['a.md', 'lib/a.md', 'a.mdx'], ['a.mdx']],
    [['lib/**'], ['lib/a/b', 'library'], ['library']],
    [['lib/**/a'], ['lib/a', 'lib/x/y/a', 'lib/x/ab'], ['lib/x/ab']],
    [
      ['*.js', '?.ts'],
      ['a.js', 'lib/a.js', 'a.ts', 'ab.ts'],
      ['lib/a.js', 'ab.ts'],
    ],
    [
      ['[a-c]/x', '[^a-c]/y'],
      ['a/x', 'd/x', 'a/y', 'd/y'],
      ['d/x', 'a/y'],
    ],
    [
      ['a.b', 'a\\*', 'x(1)'],
      ['aXb', 'a.b', 'a*', 'ab', 'x(1)'],
      ['aXb', 'ab'],
    ],
    [['docs', '!docs/keep.md'], ['docs/a.md', 'docs/keep.md'], ['docs/keep.md']],
    [['*', '!src', 'src/test'], ['a', 'src/a.js', 'src/test/a.js'], ['src/a.js']],
    // An exception that has nothing to bring back where the folder is looked at does not count for what is below it.
    [['lib/dist', '!lib'], ['lib/a.js', 'lib/dist/a.js'], ['lib/a.js']],
    [['..', '../lib', '.', '/'], ['lib/a.js'], ['lib/a.js']],
    [['Dist'], ['dist/a.js'], ['dist/a.js']],
  ])('%j', (patterns, paths, expected) => {
    expect(left(patterns, paths)).toEqual(expected);
  });

  it('are refused where Docker would refuse them', () => {
    for (const text of ['a[', '[]', '[a-]', '[z-a]', 'a\\', '!', 'node_modules\\cache']) {
      expect(malformed(text), text).not.toBeNull();
    }
    for (const text of ['a]', '[a-z]*', '[^a]', '\\[a', '!x', '**', 'a{b}', '[\\]]']) {
      expect(malformed(text), text).toBeNull();
    }
  });

  it('are refused with file and line, and count from their own folder', async () => {
    const repo = yarnRepo(4, { ...acme, '.dockerignore': '# ours\n\ndocs\nlib[\n' });
    await expect(contextOf(repo, '@acme/api')).rejects.toMatchObject({
      reason: 'ignore-pattern-malformed',
      exitCode: 2,
      message: 'The pattern lib[ in .dockerignore does not end what it begins with [ or \\.',
      at: { file: '.dockerignore', line: 4 },
    });
    repo.commit('fix: patterns', {
      '.dockerignore': null,
      'services/api/.dockerignore': '.\n..\n../..\n/made\n!made/kept.js\n',
      'services/api/made/kept.js': '1;\n',
      'services/api/made/other.js': '2;\n',
    });
    const { layers } = await contextOf(repo, '@acme/api');
    const paths = layers.flatMap(({ entries }) => entries.map(({ path }) => path));
    expect(paths.filter((path) => path.includes('/api/made/'))).toEqual([
      'service/services/api/made/kept.js',
    ]);
    expect(paths).toContain('service/services/api/server.js');
  });
});
