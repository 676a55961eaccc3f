import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { killMatrix } from './killMatrix.ts';

await describeWith(['linux', 'registry'], 'a release that is killed', () => {
  it('ends as if nothing had happened when it is run again (a sample of the moments)', async () => {
    const sample = /^after push monorepo, 1|^before push infra/;
    const told = await killMatrix('oci', (moment) => sample.test(moment));
    console.log(told);
    expect(told).toContain('killed at 2 of 2 moments before and after them, and 1 times alone');
  }, 240_000);
});
