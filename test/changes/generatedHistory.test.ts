import { expect, it } from 'vitest';
import { seedOf } from '../support/random.ts';
import { checkGeneratedHistory } from './generatedHistory.ts';

it('a generated history: affected is what the bytes of both contexts say', async () => {
  const seed = seedOf();
  console.log(`seed ${seed}`);
  expect(await checkGeneratedHistory(20, seed)).toBeGreaterThan(37);
});
