import { test } from 'vitest';
import { expectCopiedPathsToLeadToTheSameFiles } from './copiedPaths.ts';

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'a copied path leads to the same file as on the host (seed %i)',
  expectCopiedPathsToLeadToTheSameFiles,
);
