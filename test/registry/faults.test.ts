import { expect, test } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { faultRun } from './faultRun.ts';

await describeWith(['registry'], 'a registry behind a network that fails', () => {
  test('what is reported pushed pulls and verifies, and no tag points to anything else', async () => {
    const seed = seedOf();
    console.log(await faultRun(seed, 16, 0.12));
    expect.hasAssertions();
  });
});
