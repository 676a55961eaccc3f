import path from 'node:path';
import { expect, it } from 'vitest';
import { output, reachingNpm, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

it('the demo releases twice, shows what it did, and leaves it to be played with', async () => {
  const folder = await tempDir('demo');
  const result = await shipyarn(['demo', '--builder', 'oci', '--folder', folder], {
    cwd: folder,
    env: reachingNpm,
  });
  expect(result).toMatchObject({ exitCode: 0 });
  for (const shown of [
    '@harbour/api     0.1.0 → 0.2.0  minor',
    'packages/log → packages/http → services/api',
    '@harbour/worker  0.1.0 → 0.1.1  patch',
    '@harbour/web     0.1.0  unchanged',
    '* **api:** tell how many berths are free',
    '-  tag: "0.1.0"\n+  tag: "0.2.0"',
    'Nothing to release',
    `monorepo  ${path.join(folder, 'monorepo')}`,
  ]) {
    expect(result.stdout).toContain(shown);
  }
  const remote = path.join(folder, 'remotes', 'monorepo.git');
  expect(await output('git', ['tag', '--list'], { cwd: remote })).toBe(
    [
      '@harbour/api@0.1.0',
      '@harbour/api@0.2.0',
      '@harbour/web@0.1.0',
      '@harbour/worker@0.1.0',
      '@harbour/worker@0.1.1',
    ].join('\n'),
  );
  const again = await shipyarn(['demo', '--folder', folder], { cwd: folder });
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`${folder} is not empty.`) });
}, 240_000);
