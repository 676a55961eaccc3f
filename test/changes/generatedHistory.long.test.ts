import { expect, it } from 'vitest';
import { seedOf } from '../support/random.ts';
import { checkGeneratedHistory } from './generatedHistory.ts';

it('a generated history of several hundred commits: affected is what the bytes of both contexts say', async () => {
  const seed = seedOf();
  console.log(`seed ${seed}`);
  expect(await checkGeneratedHistory(400, seed)).toBeGreaterThan(600);
});
