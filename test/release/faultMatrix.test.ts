import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { faultMatrix } from './faultMatrix.ts';

await describeWith(['linux', 'registry'], 'a release whose calls to the outside fail', () => {
  it('comes to the same end, after a second run at most (a sample of the calls)', async () => {
    // What falls silent is waited for, which takes most of the long run.
    const sample = new Set([
      'silence',
      'reset',
      'answer-lost',
      'status-500',
      'status-403',
      'refused',
      'lost-after',
    ]);
    const told = await faultMatrix((call, fault) => call === 9 && sample.has(fault));
    console.log(told);
    expect(told).toMatch(/^2 faults in [67]\d requests .* 2 in 1\d calls/);
  }, 240_000);
});
