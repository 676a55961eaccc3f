import { describe, expect, it } from 'vitest';
import { affectedNames, releasedModelRepo } from './modelRepo.ts';
import type { Model } from './monorepo.ts';

const all = ['api', 'web', 'worker'];

function bump(name: string, version: string) {
  return ({ packages }: Model) => Object.assign(packages[name] ?? {}, { version });
}

describe('an edit of yarn.lock since the release', () => {
  it('counts for the services whose slice changed, with versions and the way', async () => {
    const repo = await releasedModelRepo();
    const hash = repo.edit('fix(deps): update ms', bump('ms', '2.1.3'));
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api', 'worker']);
    expect(changes.get('api')).toMatchObject({
      reasons: [
        {
          kind: 'lockfile',
          packages: [
            { name: 'ms', from: '2.1.2', to: '2.1.3', via: ['@acme/api', '@acme/http', '@acme/log', 'ms'] },
          ],
        },
      ],
      commits: [{ commit: { hash }, parts: [{ kind: 'lockfile' }] }],
    });
  });

  it('counts for who has a workspace as a peer alone, and for who needs that one', async () => {
    const repo = await releasedModelRepo({
      edit({ workspaces }) {
        Object.assign(workspaces['packages/ui'] ?? {}, { peerDependencies: { '@acme/http': '*' } });
        Object.assign(workspaces['services/worker'] ?? {}, { peerDependencies: { '@acme/http': '*' } });
      },
    });
    repo.edit('fix(deps): update left-pad', bump('left-pad', '1.3.1'));
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    const via = ['@acme/worker', '@acme/http', 'left-pad'];
    expect(changes.get('worker')?.reasons).toMatchObject([{ packages: [{ name: 'left-pad', via }] }]);
  });

  it('of a package that is extended in some versions tells what came with it', async () => {
    const settings = 'packageExtensions:\n  "react@>18.2.0":\n    dependencies: { ms: "^2.0.0" }\n';
    const repo = await releasedModelRepo({ files: { '.yarnrc.yml': settings } });
    repo.edit('fix(deps): update react', bump('react', '18.2.1'));
    const { reasons } = (await repo.changes()).get('web') ?? {};
    expect(reasons).toMatchObject([
      {
        kind: 'lockfile',
        packages: [
          { name: 'ms', from: null, to: '2.1.2' },
          { name: 'react', from: '18.2.0', to: '18.2.1' },
        ],
      },
    ]);
  });

  it('that lacked what settings add to a package is told for every service as what cannot be told', async () => {
    const repo = await releasedModelRepo();
    const settings = repo.git('show', 'HEAD:.yarnrc.yml');
    const extension = 'packageExtensions:\n  "ms@*":\n    dependencies: { nosuch: "^9.0.0" }\n';
    const broken = repo.commit('build: extend', { '.yarnrc.yml': `${settings}\n${extension}` });
    repo.commit('build: mend', { '.yarnrc.yml': settings });
    const changes = await repo.changes({ since: broken });
    for (const name of ['api', 'worker'])
      expect(changes.get(name)?.warnings).toEqual([expect.stringContaining('cannot be told')]);
  });

  it('tells what an updated package does not need any more', async () => {
    const repo = await releasedModelRepo();
    repo.edit('fix(deps): update react', ({ packages }) => {
      packages.react = { version: '18.3.0' };
      delete packages['loose-envify'];
    });
    const { reasons } = (await repo.changes()).get('web') ?? {};
    expect(reasons).toEqual([
      {
        kind: 'lockfile',
        packages: [
          {
            name: 'loose-envify',
            from: '1.4.0',
            to: null,
            via: ['@acme/web', '@acme/ui', 'react', 'loose-envify'],
          },
          { name: 'react', from: '18.2.0', to: '18.3.0', via: ['@acme/web', '@acme/ui', 'react'] },
        ],
      },
    ]);
  });

  it('by which a package is only asked for by one more range changes nothing for those who asked before', async () => {
    const repo = await releasedModelRepo();
    repo.edit('fix(deps): update left-pad', ({ packages }) => {
      packages['left-pad'] = { version: '1.3.1', dependencies: { ms: '^2.1.0' } };
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api']);
    expect(changes.get('api')?.reasons).toMatchObject([
      { kind: 'lockfile', packages: [{ name: 'left-pad', from: '1.3.0', to: '1.3.1' }] },
    ]);
  });

  it('for somebody else is not attributed, even where the service is affected otherwise', async () => {
    const repo = await releasedModelRepo();
    repo.edit('fix(deps): update ms', bump('ms', '2.1.3'));
    const own = repo.edit('fix(deps): update loose-envify', bump('loose-envify', '1.4.1'));
    const { commits } = (await repo.changes()).get('web') ?? {};
    expect(commits?.map(({ commit }) => commit.hash)).toEqual([own]);
  });

  it("for a linter in the root is nobody's", async () => {
    const repo = await releasedModelRepo();
    repo.edit('build(deps): update eslint', bump('eslint', '9.0.0'));
    expect(affectedNames(await repo.changes())).toEqual([]);
  });

  it('that comes with `resolutions` counts where the package is used', async () => {
    const repo = await releasedModelRepo();
    repo.edit('fix: pin loose-envify', (model) => {
      model.root.resolutions = { 'loose-envify': '1.3.1' };
      model.packages['loose-envify'] = { version: '1.3.1' };
    });
    const changes = await repo.changes();
    expect(changes.get('web')?.affected).toBe(true);
    expect(changes.get('web')?.reasons).toContainEqual(
      expect.objectContaining({
        kind: 'lockfile',
        packages: [expect.objectContaining({ name: 'loose-envify', from: '1.4.0', to: '1.3.1' })],
      }),
    );
  });
});
