import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { engineFaults, faultMatrix } from './faultMatrix.ts';

await describeWith(['linux', 'registry'], 'a release whose calls to the outside fail', () => {
  it('comes to the same end, after a second run at most, whichever call it is', async () => {
    const told = await faultMatrix();
    console.log(told);
    expect(told).toMatch(/^\d\d+ faults/);
  });
});

await describeWith(['linux', 'registry', 'engine'], 'a release whose engine hangs', () => {
  it('gives it up, wherever that is, and a second run is whole', async () => {
    const told = await engineFaults();
    console.log(told);
    expect(told).toMatch(/given up \d+ times/);
  });
});
