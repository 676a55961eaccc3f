import { expect, it } from 'vitest';
import { shipyarn } from '../support/run.ts';
import { countingGit } from './countingGit.ts';
import { releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

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
  const { stdout } = await shipyarn(['affected', '--json'], { cwd: repo.root, env: git.env });
  expect(JSON.parse(stdout).services.filter(({ affected }: { affected: boolean }) => affected)).toHaveLength(
    32,
  );
  // Tags, uncommitted files, objects, what the releases have in common, commits, the remote's address.
  expect(git.calls().length).toBeLessThanOrEqual(6);
  const names = await countingGit();
  const listed = await shipyarn(['affected', '--names'], { cwd: repo.root, env: names.env });
  expect(listed.stdout.trim().split('\n')).toHaveLength(32);
  // Tags, uncommitted files, objects.
  expect(names.calls().length).toBeLessThanOrEqual(3);
});
