import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { shipyarn } from '../support/run.ts';
import { smallDisk } from '../support/smallDisk.ts';
import { acme } from '../workspace/acme.ts';
import { yarnRepo } from '../workspace/yarnRepo.ts';

await describeWith(['linux', 'small-disk'], 'a context on a full disk', () => {
  it.each(['--out', '--tar'])('with %s is one error, and leaves nothing', async (option) => {
    const pieces = Array.from({ length: 40 }, (_, nth) => [`services/api/${nth}`, 'x'.repeat(20_000)]);
    // One that is written at once, among those that are written while others are read.
    const large = { 'services/api/3-large': 'x'.repeat(600_000) };
    const { root: cwd } = yarnRepo(4, { ...acme, ...Object.fromEntries(pieces), ...large });
    const { folder } = await smallDisk('400k');
    const target = join(folder, 'context');
    const full = await shipyarn(['context', 'api', '--commit', 'HEAD', option, target], { cwd });
    expect(full).toMatchObject({
      exitCode: 1,
      stderr: `error ${target} cannot be written (ENOSPC).\n  → Make room, and run again.\n`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
