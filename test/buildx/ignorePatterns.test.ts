import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dockerPatterns, malformed } from '../../src/workspace/contents/dockerPatterns.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { seededRandom, seedOf } from '../support/random.ts';
import { run } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

const rounds = isLong ? 80 : 2;

await describeWith(['engine', 'buildx'], 'patterns of a .dockerignore', () => {
  it('leave out what Docker leaves out', async () => {
    const seed = seedOf();
    const random = seededRandom(seed);
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
    const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
    const upTo = (most: number) => 1 + Math.floor(random() * most);
    const names = ['a', 'b', 'ab', 'a.js', 'b.md', '.x', 'c'];
    const parts = [
      '*',
      '**',
      '?',
      'a*',
      '*.js',
      '[ab]',
      '[^a]',
      'ab',
      '.x',
      '*.md',
      'c',
      '.',
      '..',
      'b*',
      '\\*',
    ];
    const pattern = () =>
      `${random() < 0.35 ? '!' : ''}${random() < 0.15 ? '/' : ''}${times(upTo(3), () => pick([...parts, ...names])).join('/')}${random() < 0.1 ? '/' : ''}`;
    const files = withoutClashes(times(60, () => times(upTo(4), () => pick(names)).join('/')));
    const context = await contextWith(files);
    const lists = [
      ['a/b', '!a'],
      ['[a'],
      ['b*', '[z-a]'],
      ['!a\\'],
      ...times(rounds, () => times(upTo(4), pattern)),
    ];
    for (const patterns of lists) {
      const ours = leftByUs(files, patterns);
      expect(await leftByDocker(context, patterns), `seed ${seed}: ${JSON.stringify(patterns)}`).toEqual(
        ours,
      );
    }
  }, 300_000);
});

/** Sorted; none a folder of another. */
function withoutClashes(files: readonly string[]): string[] {
  const sorted = [...new Set(files)].sort();
  return sorted.filter((file) => !sorted.some((other) => other.startsWith(`${file}/`)));
}

async function contextWith(files: readonly string[]): Promise<string> {
  const folder = await tempDir('context');
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), '');
  }
  await writeFile(path.join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  return folder;
}

function leftByUs(files: readonly string[], patterns: readonly string[]): string[] | 'refused' {
  if (patterns.some((text) => malformed(text) !== null)) return 'refused';
  const { leavesOut } = dockerPatterns(patterns);
  return files.filter((file) => leavesOut(file) === -1);
}

async function leftByDocker(context: string, patterns: readonly string[]): Promise<string[] | 'refused'> {
  await writeFile(path.join(context, '.dockerignore'), patterns.join('\n'));
  const out = path.join(await tempDir('left'), 'files');
  const options = { cwd: context };
  const built = await run('docker', ['buildx', 'build', '--quiet', '--output', out, context], options);
  if (/invalid excludepatterns|syntax error in pattern/.test(built.stderr)) return 'refused';
  expect(built.exitCode, built.stderr).toBe(0);
  const found = await readdir(out, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)))
    .filter((file) => file !== 'Dockerfile' && file !== '.dockerignore')
    .sort();
}
