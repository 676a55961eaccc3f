import { describe, expect, it } from 'vitest';
import type { PlannedService, ReleasePlan } from '../../src/plan/releasePlan.ts';
import { type ModelRepo, releasedModelRepo } from '../changes/modelRepo.ts';
import { editFile } from '../changes/monorepo.ts';
import { shipyarn } from '../support/run.ts';

async function planOfApi(repo: ModelRepo): Promise<PlannedService> {
  const { stdout, stderr, exitCode } = await shipyarn(['affected', '--json'], { cwd: repo.root });
  expect(exitCode, stderr).toBe(0);
  return (JSON.parse(stdout) as ReleasePlan).services.find(
    ({ name }) => name === '@acme/api',
  ) as PlannedService;
}

describe('a prerelease channel', () => {
  it('counts from the last stable version; the stable release after it tells everything since that', async () => {
    const repo = await releasedModelRepo({
      edit: (model) => {
        model.files['shipyarn.yaml'] += 'channels:\n  next: rc\n';
      },
    });
    const commit = (message: string) =>
      repo.edit(message, (model) => editFile(model, 'services/api', 'src/extra.js', message));
    const release = async () => {
      const { nextVersion } = await planOfApi(repo);
      await repo.release({ api: nextVersion as string });
      return nextVersion;
    };

    repo.git('checkout', '--quiet', '-b', 'next');
    commit('feat: one');
    expect(await release()).toBe('1.1.0-rc.1');
    commit('fix: two');
    const second = await planOfApi(repo);
    expect(second).toMatchObject({ currentVersion: '1.1.0-rc.1', nextVersion: '1.1.0-rc.2' });
    expect(second.changelog).not.toContain('one');
    expect(await release()).toBe('1.1.0-rc.2');

    repo.git('checkout', '--quiet', 'main');
    repo.git('merge', '--quiet', '--no-ff', '--message', 'Merge branch next', 'next');
    const stable = await planOfApi(repo);
    expect(stable).toMatchObject({ currentVersion: '1.0.0', nextVersion: '1.1.0', bump: 'minor' });
    expect(stable.commits.map(({ subject }) => subject)).toEqual(['two', 'one']);
    expect(await release()).toBe('1.1.0');

    repo.git('checkout', '--quiet', 'next');
    repo.git('merge', '--quiet', 'main');
    expect(await planOfApi(repo)).toMatchObject({
      currentVersion: '1.1.0',
      nextVersion: null,
      affected: false,
    });
    commit('feat!: three');
    expect(await release()).toBe('2.0.0-rc.1');
  });
});
