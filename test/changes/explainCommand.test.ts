import { describe, expect, it } from 'vitest';
import { shipyarn } from '../support/run.ts';
import { modelRepo, releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

describe('shipyarn explain', () => {
  it('shows reasons with the way, what commits were read as, and what was left out by which rule', async () => {
    const repo = await releasedModelRepo({ files: { '.dockerignore': '# docs\n**/*.md\n' } });
    repo.edit('feat(log)!: colours', (model) => {
      editFile(model, 'packages/log', 'src/index.js', 'edited');
      Object.assign(model.packages.ms ?? {}, { version: '2.1.3' });
    });
    repo.edit('Fixed the server', (model) => editFile(model, 'services/api', 'src/server.js', 'edited'));
    repo.edit('docs: explain', (model) => {
      editFile(model, 'services/api', 'README.md', 'edited');
      editFile(model, 'services/api', 'CHANGELOG.md', 'new');
    });
    const { stdout, exitCode } = await shipyarn(['explain', 'api'], { cwd: repo.root });
    expect(exitCode).toBe(0);
    for (const text of [
      'compared with  @acme/api@1.0.0',
      '1.0.0 → 2.0.0 major',
      'source\n    services/api/src/server.js',
      'workspace packages/log → packages/http → services/api\n    packages/log/src/index.js',
      'ms 2.1.2 → 2.1.3  @acme/api → @acme/http → @acme/log → ms',
      'feat(log)!: colours\n    read as feat(log), breaking: major\n    touched packages/log, lockfile',
      'Fixed the server\n    read as not conventional: ',
      'services/api/README.md  .dockerignore:2: **/*.md',
      'services/api/CHANGELOG.md  changelogs are in no image',
    ]) {
      expect(stdout).toContain(text);
    }
    expect(stdout).not.toContain('docs: explain');
  });

  it('explains why nothing is released: what was reverted does not count', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: x', (model) => editFile(model, 'services/web', 'src/server.js', 'edited'));
    repo.git('revert', '--no-edit', 'HEAD');
    const { stdout } = await shipyarn(['explain', 'services/web', '--json'], { cwd: repo.root });
    expect(JSON.parse(stdout)).toMatchObject({
      service: { affected: false, nextVersion: null, reasons: [] },
      commits: [
        { header: 'Revert "feat: x"', leftOut: 'it reverts a commit since the release' },
        { header: 'feat: x', leftOut: 'it was reverted' },
      ],
    });
  });

  it('explains a first release, and refuses a service that is not there', async () => {
    const repo = modelRepo();
    const { stdout } = await shipyarn(['explain', '@acme/web'], { cwd: repo.root });
    expect(stdout).toContain('it has no release yet');
    expect(stdout).toContain('first → 0.1.0');
    const unknown = await shipyarn(['explain', 'nobody'], { cwd: repo.root });
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toContain('@acme/api, @acme/web, @acme/worker');
  });
});
