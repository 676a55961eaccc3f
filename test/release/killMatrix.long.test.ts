import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { killMatrix } from './killMatrix.ts';

await describeWith(['linux', 'registry'], 'a release that is killed, without an engine', () => {
  it('ends as if nothing had happened when it is run again, at every moment', async () => {
    const told = await killMatrix('oci');
    console.log(told);
    expect(told).toMatch(/killed at [5-9]\d of \d\d moments/);
    // Whether an upload is started depends on which of two answers comes first; all else is the same each time.
    expect(told).not.toMatch(/not reached: .*(manifests|push|releases)/);
  });
});

await describeWith(['linux', 'registry', 'engine'], 'a release that is killed, with an engine', () => {
  it('ends as if nothing had happened when it is run again, at every moment', async () => {
    // What comes before an effect is what comes after the one before it; without an engine both are tried.
    const told = await killMatrix('engine', (moment) => /^after|^before push/.test(moment));
    console.log(told);
    expect(told).toMatch(/killed at \d\d+ of \d\d+ moments/);
  });
});
