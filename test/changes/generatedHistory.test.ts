import { expect, it } from 'vitest';
import { checkGeneratedHistory } from './generatedHistory.ts';

it('a generated history: affected is what the bytes of both contexts say', async () => {
  const seed = Number(process.env.SHIPYARN_SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  expect(await checkGeneratedHistory(20, seed)).toBeGreaterThan(40);
});
