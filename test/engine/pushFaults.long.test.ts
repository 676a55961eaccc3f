import { expect, test } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { pushFaultRun } from './pushFaultRun.ts';

await describeWith(['engine', 'registry'], "an engine's pushes over a network that fails", () => {
  test('hundreds of pushes: what is reported pulls and verifies, and no tag leads to anything else', async () => {
    const first = seedOf();
    for (const [n, rate] of [0.03, 0.08, 0.2].entries()) console.log(await pushFaultRun(first + n, 70, rate));
    expect.hasAssertions();
  }, 1_800_000);
});
