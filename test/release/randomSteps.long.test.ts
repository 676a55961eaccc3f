import { it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { randomSteps } from './randomSteps.ts';

await describeWith(['linux', 'registry'], 'random histories of releases', () => {
  it('keep what must hold at every step, a thousand of them', async () => {
    // Side by side in one process: one waits for Git while the other works.
    const histories = [0, 1, 2, 3].map((further) => randomSteps(seedOf() + further, 250));
    for (const told of await Promise.all(histories)) console.log(told);
  }, 1_800_000);
});
