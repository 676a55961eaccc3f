import { describe, expect, it } from 'vitest';
import { commitOf, planOfOne } from './planValues.ts';

async function warningsOf(...messages: string[]): Promise<string[]> {
  return (await planOfOne({ commits: ['fix: sound', ...messages] })).warnings;
}

describe('a preview warns of', () => {
  it.each([
    ['update stuff', /`update stuff` is not a conventional commit; counted as a patch/],
    ['', /the commit message is empty/],
    ['Feat: search', /is not a feat: types are lower case, `feat: …`/],
    ['FIX(api)!: search', /is not a fix: types are lower case, `fix\(api\)!: …`/],
    ['feat:search', /has no type: a space belongs after the colon, `feat: …`/],
    ['bug-fix: search', /has no type: `bug-fix` holds a hyphen/],
    ['feta: search', /unknown type `feta`/],
    ['fix: a\n\nBreaking change risk is low', /read as prose/],
    ['fix: a\n\nBreaking Change: everything', /read as prose/],
    ['fix: a\n\nBREAKING CHANGES: everything', /read as prose/],
  ])('%j', async (message, warning) => {
    const warnings = await warningsOf(message);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(warnings[0]).toMatch(new RegExp(`^${commitOf(message, 1).hash.slice(0, 7)}: `));
  });

  it('a service with no bumping commit', async () => {
    const { warnings } = await planOfOne({ commits: ['docs: a'], reasons: [{ kind: 'source' }] });
    expect(warnings).toEqual([expect.stringMatching(/no commit asks for a version: counted as a patch/)]);
  });

  it('ten commits at most, then of how many more', async () => {
    const warnings = await warningsOf(...Array.from({ length: 14 }, (_, index) => `update ${index}`));
    expect(warnings).toHaveLength(11);
    expect(warnings.at(-1)).toBe('and 4 more such commits');
  });
});

it.each([
  'feat: a',
  'fix(api)!: b',
  'Revert "update stuff"\n\nThis reverts commit abcdef1234.',
  'chore: a\n\nBREAKING CHANGE: b',
  'docs: a breaking change in prose is fine',
])('a preview says nothing of %j', async (message) => {
  expect(await warningsOf(message)).toEqual([]);
});
