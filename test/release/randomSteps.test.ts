import { it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { randomSteps } from './randomSteps.ts';

await describeWith(['linux', 'registry'], 'a random history of releases', () => {
  it('keeps what must hold at every step', async () => {
    console.log(await randomSteps(Math.floor(Math.random() * 1e6), 10));
  }, 240_000);
});
