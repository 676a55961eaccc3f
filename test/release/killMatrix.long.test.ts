import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { killMatrix } from './killMatrix.ts';

await describeWith(['linux', 'registry'], 'a release that is killed, without an engine', () => {
  it('ends as if nothing had happened when it is run again, at every moment', async () => {
    const told = await killMatrix('oci');
    console.log(told);
    expect(told).toMatch(/killed at [5-9]\d moments/);
  });
});

await describeWith(['linux', 'registry', 'engine'], 'a release that is killed, with an engine', () => {
  it('ends as if nothing had happened when it is run again, at every manifest and push', async () => {
    // The blobs between them are the engine's own uploads: a kill there is a kill before the manifest.
    const told = await killMatrix('engine', (moment) => !moment.includes('/blobs/uploads/'));
    console.log(told);
    expect(told).toMatch(/killed at \d\d+ moments/);
  });
});
