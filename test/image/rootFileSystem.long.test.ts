import { test } from 'vitest';
import { expectCopiedPathsToLeadToTheSameFiles } from './copiedPaths.ts';

test('a copied path leads to the same file as on the host, in 1,000 folders full of symlinks', async () => {
  for (let seed = 1_000; seed < 2_000; seed++) await expectCopiedPathsToLeadToTheSameFiles(seed);
});
