import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { compareRhdhSlices } from './rhdhCorpus.ts';

await describeWith(['corpora'], 'a living Yarn 4 monorepo of 3,315 lockfile entries', () => {
  it("has slices equal to Yarn's own (a sample of its workspaces)", { timeout: 600_000 }, async () => {
    expect(await compareRhdhSlices(4)).toBeGreaterThan(500);
  });
});
