import { expect, it } from 'vitest';
import { BitRows, rowsApart } from '../../src/changes/bitRows.ts';

it('tells for each member which rows differ, though more members and rows came', () => {
  const before = new BitRows(2, 32);
  for (const member of [0, 31]) before.add(1, member);
  const after = new BitRows(3, 70);
  after.addAll(2, after, 0);
  for (const member of [31, 69]) after.add(1, member);
  after.add(2, 64);
  const apart = rowsApart(before)(after);
  const rowsOf = (member: number) => apart.flatMap(({ row, has }) => (has(member) ? row : []));
  expect([0, 31, 64, 69, 1].map(rowsOf)).toEqual([[1], [], [2], [1], []]);
  expect([0, 31, 32, 69].map((member) => before.has(1, member))).toEqual([true, true, false, false]);
  expect(before.has(2, 0)).toBe(false);
});

it('hands on the members of a row, or all', () => {
  const rows = new BitRows(3, 40);
  rows.add(0, 39);
  rows.addAll(1, rows, 0);
  rows.fill(2);
  const members = Array.from({ length: 40 }, (_, member) => member);
  expect([0, 1, 2].map((row) => members.filter((member) => rows.has(row, member)))).toEqual([
    [39],
    [39],
    members,
  ]);
});
