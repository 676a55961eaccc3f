import { expect, test } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { pushFaultRun } from './pushFaultRun.ts';

await describeWith(['engine', 'registry'], "an engine's pushes over a network that fails", () => {
  test('what is reported pushed pulls and verifies, and no tag leads to anything else', async () => {
    console.log(await pushFaultRun(seedOf(), 3, 0.1));
    expect.hasAssertions();
  }, 240_000);
});
