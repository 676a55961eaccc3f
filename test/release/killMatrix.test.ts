import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { killMatrix } from './killMatrix.ts';

await describeWith(['linux', 'registry'], 'a release that is killed', () => {
  it('ends as if nothing had happened when it is run again (a sample of the moments)', async () => {
    const sample = /^after (push|PUT .*api.manifests.identity)|^before .*api.manifests.0/;
    const told = await killMatrix('oci', (moment) => sample.test(moment));
    console.log(told);
    expect(told).toContain('killed at 5 moments');
  }, 240_000);
});
