import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { faultMatrix } from './faultMatrix.ts';

await describeWith(['linux', 'registry'], 'a release whose calls to the outside fail', () => {
  it('comes to the same end, after a second run at most (a sample of the calls)', async () => {
    const sample = new Set(['9 status-403', '9 lost-after']);
    const told = await faultMatrix((call, fault) => sample.has(`${call} ${fault}`));
    console.log(told);
    expect(told).toMatch(/^1 faults in [67]\d requests .* 1 in 1\d calls/);
  }, 240_000);
});
