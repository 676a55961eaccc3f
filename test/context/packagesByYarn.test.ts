import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { packagesByYarn } from '../../src/context/packagesByYarn.ts';
import { describeWith } from '../support/parts.ts';

const demo = 'fixtures/demo/monorepo/yarn.lock';

it("reads a lockfile with Yarn's own core", async () => {
  expect(await packagesByYarn(await readFile(demo, 'utf8'))).toEqual([
    '@harbour/api@workspace:services/api',
    '@harbour/http@workspace:packages/http',
    '@harbour/log@workspace:packages/log',
    '@harbour/monorepo@workspace:.',
    '@harbour/web@workspace:services/web',
    '@harbour/worker@workspace:services/worker',
    'ms@npm:2.1.3',
  ]);
});

await describeWith(['corpora'], 'a real lockfile', () => {
  it('holds what its entries say', async () => {
    const text = await readFile('../shared/corpora/yarn-berry/rhdh/yarn.lock', 'utf8');
    const written = [...text.matchAll(/^ {2}resolution: "(.+)"$/gm)].map(([, locator]) => locator);
    expect(await packagesByYarn(text)).toEqual([...new Set(written)].sort());
  });
});
