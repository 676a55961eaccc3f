import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../helpers/testRepo.ts';
import { describeWith } from '../support/parts.ts';
import { peakMemory, repoWithLargeFile } from './peakMemory.ts';

const megabyte = 1024 * 1024;

await describeWith(['linux'], 'a large file', () => {
  it('passes through a context without being held', async () => {
    const { root: cwd } = repoWithLargeFile(128 * megabyte);
    const folder = testFolder();
    const out = join(folder, 'out');
    for (const target of [
      ['--out', out],
      ['--tar', join(folder, 'context.tar')],
    ]) {
      const peak = await peakMemory(['context', 'api', '--commit', 'HEAD', ...target], { cwd });
      // Node itself and shipyarn take about a hundred.
      expect(peak / megabyte, target[0] as string).toBeLessThan(170);
    }
    expect(statSync(join(out, 'service/services/api/model.bin')).size).toBe(128 * megabyte);
  });
});
