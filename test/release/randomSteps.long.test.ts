import { it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { randomSteps } from './randomSteps.ts';

await describeWith(['linux', 'registry'], 'random histories of releases', () => {
  it.each([1, 2, 3])('keep what must hold at every step (%i)', async () => {
    console.log(await randomSteps(Math.floor(Math.random() * 1e6), 60));
  });
});
