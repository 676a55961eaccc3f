import { it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { randomSteps } from './randomSteps.ts';

await describeWith(['linux', 'registry'], 'random histories of releases', () => {
  it.each([0, 1, 2])('keep what must hold at every step (seed + %i)', async (further) => {
    console.log(await randomSteps(seedOf() + further, 60));
  });
});
