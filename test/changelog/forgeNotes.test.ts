import { expect, it } from 'vitest';
import { forgeNotes } from '../../src/release/forgeNotes.ts';

it('leaves notes that fit as they are, and cuts longer ones at a line', () => {
  expect(forgeNotes('* a\n', 'api@1.0.0')).toBe('* a\n');
  const line = `* ${'x'.repeat(97)}`;
  const cut = forgeNotes(`${line}\n`.repeat(2000), 'api@1.0.0');
  expect(cut.length).toBeLessThan(125_000);
  expect(cut.split('\n').filter((each) => each.startsWith('*'))).toEqual(Array(1200).fill(line));
  expect(cut).toMatch(/\n\nThe rest stands in the message of the tag `api@1\.0\.0`\.\n$/);
});
