import { describe, expect, it } from 'vitest';
import { planOfOne } from './planValues.ts';

async function subjectsOf(message: string): Promise<string[]> {
  const { commits } = await planOfOne({ commits: [message] });
  return commits.map(({ type, scope, subject, breaking }) => {
    const place = scope === null ? '' : `(${scope})`;
    return type === null ? subject : `${type}${place}${breaking ? '!' : ''}: ${subject}`;
  });
}

describe('a squashed commit', () => {
  it('from GitHub counts its title and its bullets', async () => {
    const message = `Search (#12)

* feat(api): find berths

Longer words about it.

* fix(api)!: drop the old route

BREAKING CHANGE: /v1 is gone

* wip

---------

Co-authored-by: Zoe <zoe@example.com>`;
    expect(await subjectsOf(message)).toEqual([
      'Search (#12)',
      'feat(api): find berths',
      'fix(api)!: drop the old route',
    ]);
    const planned = await planOfOne({ commits: [message] });
    expect(planned.nextVersion).toBe('2.0.0');
    expect(planned.changelog).toContain('### Features\n\n* **api:** find berths');
    expect(planned.changelog).not.toContain('Co-authored-by');
  });

  it('does not count the bullet that repeats its title', async () => {
    expect(await subjectsOf('feat: search (#12)\n\n* feat: search\n* fix: a typo')).toEqual([
      'feat: search (#12)',
      'fix: a typo',
    ]);
  });

  it('from `git merge --squash` counts the messages that Git quotes', async () => {
    const message = `Squashed commit of the following:

commit ${'a'.repeat(40)}
Author: Zoe <zoe@example.com>
Date:   Fri Nov 20 10:00:00 2026 +0000

    feat: find berths

commit ${'b'.repeat(40)}
Author: Zoe <zoe@example.com>
Date:   Fri Nov 20 09:00:00 2026 +0000

    fix: a typo`;
    expect(await subjectsOf(message)).toEqual([
      'Squashed commit of the following:',
      'feat: find berths',
      'fix: a typo',
    ]);
  });

  it.each([
    '* note: what this is about',
    'feat: in running text',
    '    fix: in a code block',
    '* Feat: upper case',
  ])('counts no line such as %j', async (line) => {
    expect(await subjectsOf(`docs: a\n\n${line}`)).toEqual(['docs: a']);
  });
});

describe('a footer', () => {
  it.each([
    ['BREAKING CHANGE: first\nsecond line\nReviewed-by: Z\nRefs #133', 'first\n  second line'],
    ['BREAKING CHANGE: first\n\nsecond paragraph\n\nSigned-off-by: Z', 'first\n\n  second paragraph'],
    ['BREAKING CHANGE: first\n---------\nCo-authored-by: Z', 'first'],
  ])('ends where the next one begins: %j', async (footer, told) => {
    const { changelog } = await planOfOne({ commits: [`feat: a\n\n${footer}`] });
    const breaking = /BREAKING CHANGES\n\n\* ([\s\S]*?)\n\n###/.exec(changelog)?.[1];
    expect(breaking).toBe(told);
  });
});
