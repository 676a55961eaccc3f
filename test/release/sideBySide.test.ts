import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { oneCommit } from './sideBySide.ts';

await describeWith(['linux', 'registry'], 'releases side by side', () => {
  it('of one commit: one is made', async () => {
    const told = await oneCommit(3);
    console.log(told);
    expect(told).toContain(' 1 claim,');
  }, 240_000);
});
