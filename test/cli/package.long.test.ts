import path from 'node:path';
import { expect, it } from 'vitest';
import { output, run } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

it('the packed tarball works where it is installed, without development dependencies', async () => {
  const project = path.resolve(import.meta.dirname, '../..');
  const folder = await tempDir('package');
  // Without its scripts: they would build dist/ anew under the tests that run beside this one.
  await output('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: project });
  const packed = await output('ls', [], { cwd: folder });
  await output('npm', ['init', '--yes'], { cwd: folder });
  await output('npm', ['install', '--omit=dev', `./${packed}`], { cwd: folder });
  const demo = await run('npx', ['shipyarn', 'demo', '--builder', 'oci'], { cwd: folder });
  expect(demo).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to release') });
});
