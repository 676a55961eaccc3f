import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { killMatrix } from './killMatrix.ts';

await describeWith(['linux', 'registry'], 'a release that is killed, without an engine', () => {
  it('ends as if nothing had happened when it is run again, at every moment', async () => {
    const told = await killMatrix('oci');
    console.log(told);
    expect(told).toMatch(/killed at ([6-9]\d) of \1 moments/);
  });
});

await describeWith(['linux', 'registry', 'engine'], 'a release that is killed, with an engine', () => {
  it('ends as if nothing had happened when it is run again, at every moment', async () => {
    const told = await killMatrix('engine');
    console.log(told);
    expect(told).toMatch(/killed at \d\d+ of \d\d+ moments/);
  });
});
