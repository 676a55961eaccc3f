import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { editScalars } from '../../src/deploy/editScalars.ts';
import { findImages } from '../../src/deploy/findImages.ts';
import { readYaml } from '../../src/deploy/readYaml.ts';
import { currentDigest, siteValue } from '../../src/deploy/tagSite.ts';
import { describeWith } from '../support/parts.ts';

const corpus = '../shared/corpora/infra';

await describeWith(['corpora'], 'every image in real infra files', () => {
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.yaml'),
  );

  it.each(files)('%s: a bump changes one line and nothing else', (file) => {
    const text = readFileSync(join(corpus, file), 'utf8');
    const reading = readYaml(text);
    if ('problem' in reading) throw new Error(reading.problem.message);
    const sites = findImages(reading.trees).filter(({ role }) => role !== 'digest');
    expect(sites.length).toBeGreaterThan(0);
    for (const site of sites) {
      const { place } = site.scalar;
      const edited = editScalars(file, text, [
        { scalar: site.scalar, to: siteValue(site, '9.8.7', currentDigest(site)) },
      ]);
      const [before, after] = [text.split('\n'), edited.split('\n')];
      expect(after.length).toBe(before.length);
      const changed = before.flatMap((line, index) => (line === after[index] ? [] : [index + 1]));
      expect(changed).toEqual([place.line]);
      expect(after[place.line - 1]).toContain('9.8.7');
      expect(edited.slice(0, place.start)).toBe(text.slice(0, place.start));
      expect(edited.endsWith(text.slice(place.end))).toBe(true);
    }
  });
});
