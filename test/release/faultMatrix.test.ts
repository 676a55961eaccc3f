import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { faultMatrix } from './faultMatrix.ts';

await describeWith(['linux', 'registry'], 'a release whose calls to the outside fail', () => {
  it('comes to the same end, after a second run at most (a sample of the calls)', async () => {
    const told = await faultMatrix((call) => call === 9);
    console.log(told);
    expect(told).toMatch(/^2 faults in [67]\d requests .* 5 in 1\d calls/);
  }, 240_000);
});
