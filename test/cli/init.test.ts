import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { shipyarn } from '../support/run.ts';

it('init proposes what the monorepo shows, once', async () => {
  const { monorepo } = await testRepos({ registry: 'oci:', builder: 'oci' });
  const file = path.join(monorepo, 'shipyarn.yaml');
  const existing = await shipyarn(['init'], { cwd: monorepo });
  expect(existing).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('already') });

  await rm(file);
  const made = await shipyarn(['init', '--registry', 'registry.example.com/team'], { cwd: monorepo });
  expect(made).toMatchObject({ exitCode: 0, stderr: '' });
  const text = await readFile(file, 'utf8');
  expect(text).toContain('services: ["services/*"]\nregistry: "registry.example.com/team"\n');
  expect(await shipyarn(['affected'], { cwd: monorepo })).toMatchObject({ exitCode: 0 });
});

it('doctor tells what a release would miss, and how to mend it', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const well = await shipyarn(['doctor'], { cwd: repos.monorepo });
  expect(well).toMatchObject({ exitCode: 0, stderr: '' });
  expect(well.stdout.trim().split('\n')).toHaveLength(6);

  await repos.merge('chore: break', { 'shipyarn.yaml': ['infra.git', 'nope.git'] });
  const ill = await shipyarn(['doctor'], { cwd: repos.monorepo });
  expect(ill).toMatchObject({ exitCode: 1 });
  expect(ill.stdout).toMatch(/✗ infra of production {2}.*nope\.git cannot be reached\.\n {2}→ /);
  expect(ill.stdout).toContain('✓ builder  oci');
});
