import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { engineFaults, faultMatrix } from './faultMatrix.ts';

await describeWith(['linux', 'registry'], 'a release whose calls to the outside fail', () => {
  it('comes to the same end, after a second run at most, whichever call it is', async () => {
    // Side by side: most of the time goes into waiting for what never answers.
    const parts = [0, 1, 2].map((part) => faultMatrix((call) => call % 3 === part));
    for (const told of await Promise.all(parts)) {
      console.log(told);
      expect(told).toMatch(/^2\d faults in .* 1\d in 1\d calls/);
    }
  });
});

await describeWith(['linux', 'registry', 'engine'], 'a release whose engine hangs', () => {
  it('gives it up, wherever that is, and a second run is whole', async () => {
    const told = await engineFaults();
    console.log(told);
    expect(told).toMatch(/given up \d+ times/);
  });
});
