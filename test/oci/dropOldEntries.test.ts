import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dropOldEntries } from '../../src/image/oci/dropOldEntries.ts';
import { tempDir } from '../support/tempDir.ts';

test('what nobody used for a month goes, and the cache is looked through once a day', async () => {
  const cache = await tempDir('cache');
  const builds = join(cache, 'builds');
  const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  const make = async (name: string, days: number) => {
    await mkdir(join(builds, name), { recursive: true });
    await utimes(join(builds, name), daysAgo(days), daysAgo(days));
  };
  await make('old', 31);
  await make('used', 29);
  await dropOldEntries(cache);
  expect(await readdir(builds)).toEqual(['used']);

  await make('old', 31);
  await dropOldEntries(cache);
  expect(await readdir(builds)).toEqual(['old', 'used']);
  const [marker = ''] = (await readdir(cache)).filter((name) => name.startsWith('.'));
  await utimes(join(cache, marker), daysAgo(1), daysAgo(1));
  await dropOldEntries(cache);
  expect(await readdir(builds)).toEqual(['used']);
});
