import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { movingBranch, oneCommit } from './sideBySide.ts';

await describeWith(['linux', 'registry'], 'twenty releases side by side', () => {
  it('of one commit: one is made', async () => {
    const told = await oneCommit(20);
    console.log(told);
    expect(told).toContain(' 1 claim,');
  });

  it('over a moving branch: no version twice, none left out, no bump lost, the newest deployed', async () => {
    console.log(await movingBranch(20));
  });
});
