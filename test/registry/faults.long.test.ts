import { expect, test } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { faultRun } from './faultRun.ts';

await describeWith(['registry'], 'a registry behind a network that fails', () => {
  test('hundreds of pushes: what is reported pulls and verifies, and no tag points to anything else', async () => {
    const first = seedOf();
    for (const [n, rate] of [0.05, 0.15, 0.3].entries()) console.log(await faultRun(first + n, 80, rate));
    expect.hasAssertions();
  });
});
