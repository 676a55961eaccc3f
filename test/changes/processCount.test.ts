import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolder } from '../helpers/testRepo.ts';
import { output, shipyarn } from '../support/run.ts';
import { releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

/** A folder for the front of PATH whose `git` notes each call before it runs the real one. */
async function countingGit(): Promise<{ folder: string; calls(): string[] }> {
  const folder = testFolder();
  const real = await output('sh', ['-c', 'command -v git'], { cwd: folder });
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$*" >> ${folder}/calls\nexec ${real} "$@"\n`);
  chmodSync(join(folder, 'git'), 0o755);
  writeFileSync(join(folder, 'calls'), '');
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);
  return { folder, calls };
}

it('the number of Git processes does not depend on the number of services', async () => {
  const repo = await releasedModelRepo();
  repo.edit('feat: many services', ({ workspaces }) => {
    for (let index = 0; index < 30; index += 1) {
      workspaces[`services/extra-${index}`] = {
        name: `@acme/extra-${index}`,
        dependencies: { '@acme/log': 'workspace:^' },
        scripts: { start: 'node a.js' },
        files: { 'a.js': `${index}` },
      };
    }
  });
  const tags = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`extra-${index}`, '1.0.0']));
  await repo.release(tags);
  repo.edit('feat(log): colours', (model) => editFile(model, 'packages/log', 'src/index.js', 'edited'));
  const git = await countingGit();
  const env = { PATH: `${git.folder}:${process.env.PATH}` };
  const { stdout } = await shipyarn(['affected', '--names'], { cwd: repo.root, env });
  expect(stdout.trim().split('\n')).toHaveLength(32);
  // Tags, uncommitted files, objects, reachable tags, what the releases have in common, commits.
  expect(git.calls().length).toBeLessThanOrEqual(6);
});
