import { describe, expect, it } from 'vitest';
import { testRepo } from '../helpers/testRepo.ts';
import { shipyarn } from '../support/run.ts';
import { modelRepo, releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

async function changedRepo() {
  const repo = await releasedModelRepo();
  repo.edit('feat(log)!: colours | <b>bold</b> for @everyone', (model) => {
    editFile(model, 'packages/log', 'src/index.js', 'edited');
    Object.assign(model.packages.ms ?? {}, { version: '2.1.3' });
  });
  return repo;
}

describe('shipyarn affected', () => {
  it('prints names for scripts, nothing where nothing changed', async () => {
    const repo = await changedRepo();
    expect(await shipyarn(['affected', '--names'], { cwd: repo.root })).toMatchObject({
      exitCode: 0,
      stdout: '@acme/api\n@acme/worker\n',
      stderr: '',
    });
    await repo.release({ api: '1.0.1', worker: '1.0.1' });
    expect(await shipyarn(['affected', '--names'], { cwd: repo.root })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
  });

  it('tells people versions, reasons with the way, and commits', async () => {
    const repo = await changedRepo();
    const { stdout } = await shipyarn(['affected'], { cwd: repo.root });
    expect(stdout).toContain('2 of 3 services to release');
    expect(stdout).toMatch(/@acme\/api +1\.0\.0 → 2\.0\.0 +major/);
    expect(stdout).toContain('packages/log → packages/http → services/api, packages/log/src/index.js');
    expect(stdout).toContain('ms 2.1.2 → 2.1.3 (@acme/http → @acme/log)');
    expect(stdout).toMatch(/@acme\/web +1\.0\.0 +unchanged/);
  });

  it('says what a lockfile differs in where no version does', async () => {
    const repo = await releasedModelRepo();
    repo.edit('refactor: move ui', ({ workspaces }) => {
      const { 'packages/ui': ui } = workspaces;
      delete workspaces['packages/ui'];
      Object.assign(workspaces, { 'packages/views': ui });
    });
    const { stdout } = await shipyarn(['affected'], { cwd: repo.root });
    expect(stdout).toContain('lockfile same versions, other entries in yarn.lock\n');
  });

  it('prints Markdown that is no HTML of others, opens no table cell and calls for nobody', async () => {
    const repo = await changedRepo();
    const { stdout } = await shipyarn(['affected', '--markdown'], { cwd: repo.root });
    expect(stdout).toContain(
      '| `@acme/api` | 1.0.0 → **2.0.0** | major | workspace packages/log → packages/http',
    );
    expect(stdout).toContain('feat(log)!: colours | &lt;b>bold&lt;/b> for @\u200beveryone');
    const rows = stdout.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.map((row) => row.replaceAll('\\|', '').split('|').length)).toEqual([6, 6, 6, 6]);
  });

  it('prints the plan as JSON, without a look at the infra repo', async () => {
    const repo = await changedRepo();
    const { stdout } = await shipyarn(['affected', '--json'], { cwd: repo.root });
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({
      schema: 1,
      head: { commit: repo.git('rev-parse', 'HEAD'), branch: 'main', dirty: false },
      deployments: null,
    });
    expect(plan.services[0]).toMatchObject({
      name: '@acme/api',
      path: 'services/api',
      affected: true,
      identity: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      since: { gitTag: '@acme/api@1.0.0', commit: repo.git('rev-parse', 'HEAD~1') },
      bump: 'major',
      currentVersion: '1.0.0',
      nextVersion: '2.0.0',
      gitTag: '@acme/api@2.0.0',
      changelog: expect.stringContaining('2.0.0'),
    });
  });

  it('takes uncommitted and untracked files, unless --committed', async () => {
    const repo = await releasedModelRepo();
    repo.write({ 'services/web/src/new.js': 'new' });
    const dirty = await shipyarn(['affected', '--json'], { cwd: `${repo.root}/services` });
    const plan = JSON.parse(dirty.stdout);
    expect(plan.head.dirty).toBe(true);
    expect(plan.services[1]).toMatchObject({
      affected: true,
      reasons: [{ paths: ['services/web/src/new.js'] }],
      nextVersion: '1.0.1',
    });
    expect(repo.git('status', '--porcelain')).toBe('?? services/web/src/new.js');
    const committed = await shipyarn(['affected', '--names', '--committed'], { cwd: repo.root });
    expect(committed.stdout).toBe('');
  });

  it('compares any two commits', async () => {
    const repo = await changedRepo();
    repo.edit('fix(web): x', (model) => editFile(model, 'services/web', 'src/server.js', 'edited'));
    const names = async (...args: string[]) =>
      (await shipyarn(['affected', '--names', ...args], { cwd: repo.root })).stdout
        .split('\n')
        .filter(Boolean);
    expect(await names('--since', 'HEAD~1')).toEqual(['@acme/web']);
    expect(await names('--since', 'HEAD~2', '--head', 'HEAD~1')).toEqual(['@acme/api', '@acme/worker']);
    expect(await names('--head', 'HEAD~2')).toEqual([]);
    const { stdout } = await shipyarn(['affected', '--since', 'HEAD~1', '--json'], { cwd: repo.root });
    expect(JSON.parse(stdout).services[1]).toMatchObject({
      since: { gitTag: null },
      currentVersion: '1.0.0',
      nextVersion: '1.0.1',
    });
  });

  it.each([
    [['--since', 'nowhere'], /nowhere/],
    [['--head', 'nowhere'], /nowhere/],
    [['--nonsense'], /nonsense/],
  ])('refuses %j with exit status 2 and nothing on standard output', async (args, message) => {
    const repo = await releasedModelRepo();
    const result = await shipyarn(['affected', ...args], { cwd: repo.root });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });

  it('needs no configuration, and says how to name services where there are none', async () => {
    const repo = modelRepo();
    repo.git('rm', '--quiet', 'shipyarn.yaml');
    repo.commit('chore: no config', { 'services/web/Dockerfile': 'FROM node:20-slim\n' });
    expect((await shipyarn(['affected', '--names'], { cwd: repo.root })).stdout).toBe('@acme/web\n');
    repo.commit('chore: no Dockerfile', { 'services/web/Dockerfile': null });
    const none = await shipyarn(['affected'], { cwd: repo.root });
    expect(none).toMatchObject({ exitCode: 2, stdout: '' });
    expect(none.stderr).toContain('services:');
  });

  it('says so outside of a repository and in an empty one', async () => {
    const repo = testRepo();
    expect((await shipyarn(['affected'], { cwd: repo.root })).stderr).toContain('no commit yet');
    expect(await shipyarn(['affected'], { cwd: '/' })).toMatchObject({ exitCode: 2 });
  });
});
