import { describe, expect, it } from 'vitest';
import { affectedNames, releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

describe('a change of workspaces since the release', () => {
  it('makes a new service a first release and touches nobody else', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: jobs', ({ workspaces }) => {
      workspaces['services/jobs'] = {
        name: '@acme/jobs',
        scripts: { start: 'node a.js' },
        files: { 'a.js': '1' },
      };
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['jobs']);
    expect(changes.get('jobs')).toMatchObject({
      lastRelease: null,
      since: null,
      reasons: [{ kind: 'first-release' }],
    });
  });

  it('forgets a removed service, its tags notwithstanding', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat!: no more web', ({ workspaces }) => {
      delete workspaces['services/web'];
    });
    const changes = await repo.changes();
    expect([...changes.keys()]).toEqual(['api', 'worker']);
    expect(affectedNames(changes)).toEqual([]);
  });

  it('sees a service that moved to another folder as changed, under its old tag', async () => {
    const repo = await releasedModelRepo();
    const hash = repo.edit('refactor: move web', ({ workspaces }) => {
      workspaces['services/site'] = workspaces['services/web'] as never;
      delete workspaces['services/web'];
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      since: { gitTag: '@acme/web@1.0.0' },
      commits: [{ commit: { hash } }],
    });
    expect(changes.get('web')?.reasons[0]?.kind).toBe('source');
    expect(changes.get('web')?.reasons[0]?.paths).toContain('services/web/src/server.js');
    expect(changes.get('web')?.reasons[0]?.paths).toContain('services/site/src/server.js');
  });

  it('sees a library that moved to another folder', async () => {
    const repo = await releasedModelRepo();
    repo.edit('refactor: move ui', ({ workspaces }) => {
      workspaces['packages/design'] = workspaces['packages/ui'] as never;
      delete workspaces['packages/ui'];
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')?.reasons).toContainEqual(
      expect.objectContaining({
        kind: 'workspace',
        workspace: 'packages/design',
        via: ['packages/design', 'services/web'],
      }),
    );
  });

  it('names a dependency that was added, with the way to it, and one that was dropped', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: log in web', ({ workspaces }) => {
      Object.assign(workspaces['packages/ui']?.dependencies ?? {}, { '@acme/log': 'workspace:^' });
    });
    const added = await repo.changes();
    expect(affectedNames(added)).toEqual(['web']);
    expect(added.get('web')?.reasons).toEqual([
      expect.objectContaining({
        kind: 'workspace',
        workspace: 'packages/ui',
        paths: ['packages/ui/package.json'],
      }),
      {
        kind: 'workspace',
        workspace: 'packages/log',
        via: ['packages/log', 'packages/ui', 'services/web'],
        change: 'added',
      },
      expect.objectContaining({
        kind: 'lockfile',
        packages: [
          { name: 'ms', from: null, to: '2.1.2', via: ['@acme/web', '@acme/ui', '@acme/log', 'ms'] },
        ],
      }),
    ]);
    await repo.release({ web: '1.1.0' });
    repo.edit('feat: no log in web', ({ workspaces }) => {
      delete workspaces['packages/ui']?.dependencies?.['@acme/log'];
    });
    const dropped = await repo.changes();
    expect(dropped.get('web')?.reasons).toContainEqual(
      expect.objectContaining({ kind: 'workspace', workspace: 'packages/log', change: 'dropped' }),
    );
    // What is no longer needed does not count any more.
    await repo.release({ web: '1.2.0' });
    repo.edit('feat(log): x', (model) => editFile(model, 'packages/log', 'src/index.js', 'edited'));
    expect(affectedNames(await repo.changes())).toEqual(['api', 'worker']);
  });

  it.each([
    ['is gone', null],
    ['has another name', { name: '@acme/ux' }],
  ])('a workspace that others have as a peer alone counts for them where it %s', async (_, ui) => {
    const repo = await releasedModelRepo({
      edit({ workspaces }) {
        delete workspaces['services/web']?.dependencies?.['@acme/ui'];
        Object.assign(workspaces['packages/http'] ?? {}, { peerDependencies: { '@acme/ui': '*' } });
      },
    });
    repo.edit('feat: no more ui', ({ workspaces }) => {
      if (ui === null) delete workspaces['packages/ui'];
      else Object.assign(workspaces['packages/ui'] ?? {}, ui);
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api']);
    expect(changes.get('api')?.reasons).toContainEqual(
      expect.objectContaining({ kind: 'workspace', workspace: 'packages/ui', change: 'dropped' }),
    );
  });

  it('goes round a cycle once', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: cycle', ({ workspaces }) => {
      Object.assign(workspaces['packages/log']?.dependencies ?? {}, { '@acme/http': 'workspace:^' });
    });
    await repo.release({ api: '1.1.0', worker: '1.1.0' });
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.edit('feat(http): x', (model) => editFile(model, 'packages/http', 'src/index.js', 'edited'));
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api', 'worker']);
    expect(changes.get('worker')?.reasons).toMatchObject([
      { workspace: 'packages/http', via: ['packages/http', 'packages/log', 'services/worker'] },
    ]);
  });
});
