import { describe, expect, it } from 'vitest';
import { isMap, parseDocument } from 'yaml';
import { api, bump } from './bump.ts';

const withTag = (written: string) => `image:\n  repository: ${api.repository}\n  tag:${written}\n  x: 1\n`;

describe('quoting', () => {
  it.each([
    ['1.10', '"1.10"'],
    ['yes', '"yes"'],
    ['n', '"n"'],
    ['null', '"null"'],
    ['1_000', '"1_000"'],
    ['553640e6', '"553640e6"'],
    ['0o17', '"0o17"'],
    ['0x1F', '"0x1F"'],
    ['017', '"017"'],
    ['0b11', '"0b11"'],
    ['2030-01-02', '"2030-01-02"'],
    ['1.2.3', '1.2.3'],
    ['v1.10', 'v1.10'],
    ['1.2.3-rc.1', '1.2.3-rc.1'],
    ['sha-1234567', 'sha-1234567'],
    ['_x', '_x'],
  ])('a plain tag becomes %s as %s', (tag, written) => {
    const text = bump(withTag(' 1.0.0'), tag);
    expect(text).toBe(withTag(` ${written}`));
    for (const version of ['1.1', '1.2'] as const) {
      const image = parseDocument(text, { version }).get('image');
      expect(isMap(image) && image.get('tag')).toBe(tag);
    }
  });

  it.each([
    [' 1.9', ' "1.10"'],
    [" '1.9'", " '1.10'"],
    [' "1.9"', ' "1.10"'],
    ['', ' "1.10"'],
    [' # none yet', ' "1.10" # none yet'],
    [' ""', ' "1.10"'],
    [' ~', ' "1.10"'],
  ])('the style of%s is kept', (was, is) => {
    expect(bump(withTag(was), '1.10')).toBe(withTag(is));
  });
});
