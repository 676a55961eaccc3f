import { it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { seedOf } from '../support/random.ts';
import { randomSteps } from './randomSteps.ts';

await describeWith(['linux', 'registry'], 'a random history of releases', () => {
  it('keeps what must hold at every step (the first steps of the long run)', async () => {
    console.log(await randomSteps(seedOf(), 5));
  }, 240_000);
});
