import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseBerryLockfile, parsePackage } from '../../src/workspace/lockfile/parseBerryLockfile.ts';
import { describeWith } from '../support/parts.ts';
import { seededRandom, seedOf } from '../support/random.ts';

type Parsed = Record<string, { resolution: string; dependencies?: Record<string, unknown> }>;

/** Each entry's descriptors, locator and dependencies, as our reader and as a YAML parser have them. */
function readBothWays(text: string) {
  const { __metadata, ...parsed } = parse(text, { schema: 'failsafe' }) as Parsed;
  const expected = Object.entries(parsed).map(([key, { resolution, dependencies = {} }]) => ({
    descriptors: key.split(', '),
    locator: resolution,
    dependencies: Object.entries(dependencies).map(([name, range]) => [name, String(range)]),
  }));
  const read = parseBerryLockfile(text).entries.map((entry) => {
    const { name, reference, dependencies } = parsePackage(entry);
    return { descriptors: entry.descriptors, locator: `${name}@${reference}`, dependencies };
  });
  return { read, expected };
}

/** Text as `stringifySyml` of @yarnpkg/parsers writes it. */
function randomLockfile(random: () => number): string {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  const names = ['ms', '@acme/log', 'left-pad', '@types/node', 'a.b', 'x_y'];
  const ranges = [
    'npm:^1.0.0',
    'npm:*',
    'workspace:^',
    'npm:>= 1 < 2',
    'npm:1 || 2',
    'patch:a@npm%3A1#~/b.patch',
  ];
  const quoted = (text: string) => (/^[a-z][\w.-]*$/.test(text) ? text : JSON.stringify(text));
  const blocks = Array.from({ length: 40 }, (_, index) => {
    const name = `${pick(names)}-${index}`;
    const key = Array.from(
      { length: 1 + Math.floor(random() * 3) },
      (_, at) => `${name}@${pick(ranges)}${at}`,
    );
    const dependencies = Array.from({ length: Math.floor(random() * 4) }, (_, at) => {
      return `    ${quoted(`${pick(names)}${at}`)}: ${quoted(pick(ranges))}\n`;
    });
    const section = dependencies.length === 0 ? '' : `  dependencies:\n${dependencies.join('')}`;
    const more = pick([
      '',
      '  bin:\n    dependencies: ./a.js\n',
      '  checksum: 10c0/ab\n',
      '  conditions: os=linux\n',
    ]);
    return `${JSON.stringify(key.join(', '))}:\n  version: 1.0.${index}\n  resolution: "${name}@npm:1.0.${index}"\n${section}${more}  languageName: node\n  linkType: hard\n`;
  });
  return `# This file is generated.\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n\n${blocks.join('\n')}`;
}

describe('the reader of Yarn 2–4 lockfiles', () => {
  it('reads what a YAML parser reads', () => {
    for (let seed = seedOf(); seed < seedOf() + 100; seed += 1) {
      const { read, expected } = readBothWays(randomLockfile(seededRandom(seed)));
      expect(read, `seed ${seed}`).toEqual(expected);
    }
  });

  it.each(['\n', '\r\n'])('with line ends %j', async (lineEnd) => {
    const text = await readFile('fixtures/demo/monorepo/yarn.lock', 'utf8');
    const { read, expected } = readBothWays(text.replaceAll('\n', lineEnd));
    expect(read).toEqual(expected);
  });
});

await describeWith(['corpora'], 'the reader of Yarn 2–4 lockfiles, on a real one', () => {
  it('reads what a YAML parser reads', async () => {
    const { read, expected } = readBothWays(
      await readFile('../shared/corpora/yarn-berry/rhdh/yarn.lock', 'utf8'),
    );
    expect(read.length).toBeGreaterThan(3000);
    expect(read).toEqual(expected);
  });
});
