import { describe, expect, it } from 'vitest';
import { insertSection } from '../../src/plan/changelog/insertSection.ts';

const section = `## [1.3.0](https://x/compare/a...b) (2026-11-21)

### Features

* search ([1111111](https://x/commit/1111111aaaa))

### Bug Fixes

* a typo ([2222222](https://x/commit/2222222bbbb))
`;
const insert = (existing: string | null) => insertSection(existing, section, 'services/api/CHANGELOG.md');

describe('a section goes', () => {
  it('into a new file with a title', () => {
    expect(insert(null)).toBe(`# Changelog\n\n${section}`);
    expect(insert('\n')).toBe(`# Changelog\n\n${section}`);
  });

  it.each([
    '## [1.2.0](https://x) (2026-01-01)',
    '## 1.2.0',
    '# 1.2.0 / 2026-01-01',
    '### v1.2.0',
    '<a name="1.2.0"></a>\n## 1.2.0',
  ])('below the preface and above %j', (heading) => {
    const preface = '# All that changed\n\nWritten with love.\n\n- by hand';
    const old = `${heading}\n\n* old text   \n\n\n\n## odd heading\n\ttabs\n`;
    expect(insert(`${preface}\n\n${old}`)).toBe(`${preface}\n\n${section}\n${old}`);
  });

  it('below what is unreleased, which stays', () => {
    const unreleased = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a plan';
    expect(insert(`${unreleased}\n\n## [1.2.0] - 2026-01-01\n\n- old\n`)).toBe(
      `${unreleased}\n\n${section}\n## [1.2.0] - 2026-01-01\n\n- old\n`,
    );
  });

  it('to the end where nothing has a version', () => {
    expect(insert('# Changelog\n\nNothing yet.\n')).toBe(`# Changelog\n\nNothing yet.\n\n${section}`);
  });

  it('to the top of a file without a title', () => {
    expect(insert('## 1.2.0\n\n* old\n')).toBe(`${section}\n## 1.2.0\n\n* old\n`);
  });

  it('in with the line ends of the file', () => {
    expect(insert('# Changelog\r\n\r\n## 1.2.0\r\n')).toBe(
      `# Changelog\n\n${section}\n## 1.2.0\n`.replaceAll('\n', '\r\n'),
    );
  });
});

describe('a section of the same release', () => {
  it('is the same after a second time', () => {
    for (const existing of [null, '# Changelog\n\n## 1.2.0\n\n* old\n', '## 1.2.0\n']) {
      expect(insert(insert(existing))).toBe(insert(existing));
    }
  });

  it('keeps rewordings and notes, drops lines of commits that are gone', () => {
    const edited = `# Changelog

## 1.3.0 (2026-11-20)

Read the migration guide first.

### Features

* search that finds things ([1111111](https://x/commit/1111111aaaa))
* gone since ([3333333](https://x/commit/3333333cccc))
* also: a note without a commit

### Thanks

- to everybody

## 1.2.0

* old
`;
    expect(insert(edited)).toBe(`# Changelog

## [1.3.0](https://x/compare/a...b) (2026-11-21)

Read the migration guide first.

### Features

* search that finds things ([1111111](https://x/commit/1111111aaaa))
* also: a note without a commit

### Bug Fixes

* a typo ([2222222](https://x/commit/2222222bbbb))

### Thanks

- to everybody

## 1.2.0

* old
`);
  });
});

it.each(['<<<<<<< HEAD', '>>>>>>> main'])('a conflict marker %j is refused with its line', (marker) => {
  expect(() => insert(`# Changelog\n\n${marker}\n`)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      reason: 'changelog-conflict',
      at: { file: 'services/api/CHANGELOG.md', line: 3 },
    }),
  );
});

it('a heading underlined with equals signs is no conflict', () => {
  expect(insert('Changelog\n=======\n\ntext\n')).toContain('Changelog\n=======\n\ntext\n\n## [1.3.0]');
});
