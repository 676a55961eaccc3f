import { describe, expect, it } from 'vitest';
import { shipyarn } from '../support/run.ts';
import { affectedNames, releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

const copies = 'FROM node:20-slim\nCOPY package.json yarn.lock ./\n';

describe('an edit of a package.json since the release', () => {
  it('in the root counts where an install reads it', async () => {
    const repo = await releasedModelRepo();
    repo.edit('docs: describe', ({ root }) => {
      Object.assign(root, { description: 'ours', scripts: { lint: 'eslint .' } });
    });
    repo.edit('build(deps): update eslint', ({ root, packages }) => {
      Object.assign(root.devDependencies ?? {}, { eslint: '^9.0.0' });
      Object.assign(packages.eslint ?? {}, { version: '9.0.0' });
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.edit('build: hook', ({ root }) => Object.assign(root, { scripts: { postinstall: 'node -e 0' } }));
    expect(affectedNames(await repo.changes())).toEqual(['api', 'web', 'worker']);
  });

  it('of what the root develops with counts for those who build', async () => {
    const build = { start: 'node src/server.js', build: 'node build.js' };
    const repo = await releasedModelRepo();
    repo.edit('build(deps-dev): add ms', ({ root }) => {
      root.devDependencies = { ...root.devDependencies, ms: '^2.0.0' };
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.edit('build: compile web', ({ workspaces }) => {
      Object.assign(workspaces['services/web'] ?? {}, { scripts: build });
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    await repo.release({ web: '1.1.0' });
    repo.edit('build(deps-dev): drop ms', ({ root }) => {
      delete root.devDependencies?.ms;
    });
    const after = await repo.changes();
    expect(affectedNames(after)).toEqual(['web']);
    expect(after.get('web')?.reasons).toEqual([
      { kind: 'root', paths: ['package.json'] },
      { kind: 'lockfile', packages: [{ name: 'ms', from: '2.1.2', to: null, via: expect.any(Array) }] },
    ]);
  });

  it('in the root counts where an own Dockerfile has it as it is', async () => {
    const repo = await releasedModelRepo({
      edit: (model) => editFile(model, 'services/web', 'Dockerfile', copies),
    });
    repo.edit('docs: describe', ({ root }) => Object.assign(root, { description: 'ours' }));
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')?.reasons).toEqual([{ kind: 'root', paths: ['package.json'] }]);
  });

  it('beside a source is a reason of its own for that Dockerfile alone', async () => {
    const repo = await releasedModelRepo({
      edit: (model) => editFile(model, 'services/web', 'Dockerfile', copies),
    });
    repo.edit('feat: describe', (model) => {
      Object.assign(model.root, { description: 'ours' });
      editFile(model, 'services/web', 'src/server.js', 'edited');
      editFile(model, 'services/worker', 'src/server.js', 'edited');
    });
    const changes = await repo.changes();
    expect(changes.get('web')?.reasons.map(({ kind }) => kind)).toEqual(['root', 'source']);
    expect(changes.get('worker')?.reasons.map(({ kind }) => kind)).toEqual(['source']);
  });

  it('of a library counts for those who ship it, except for its version', async () => {
    const repo = await releasedModelRepo();
    repo.edit('chore: versions', ({ workspaces }) => {
      Object.assign(workspaces['packages/http'] ?? {}, { version: '1.5.0' });
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.edit('docs: describe', ({ workspaces }) => {
      Object.assign(workspaces['packages/http'] ?? {}, { description: 'ours' });
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api']);
    expect(changes.get('api')?.reasons).toEqual([
      {
        kind: 'workspace',
        workspace: 'packages/http',
        via: ['packages/http', 'services/api'],
        paths: ['packages/http/package.json'],
      },
    ]);
  });

  it('that no install reads is a reason like a source, beside what others install anew', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: describe', (model) => {
      Object.assign(model.workspaces['packages/log'] ?? {}, { description: 'ours' });
      Object.assign(model.workspaces['packages/ui']?.dependencies ?? {}, { 'left-pad': '^1.0.0' });
      editFile(model, 'services/worker', 'src/server.js', 'edited');
    });
    const changes = await repo.changes();
    const paths = ['packages/log/package.json'];
    const via = ['packages/log', 'services/worker'];
    expect(changes.get('worker')?.reasons).toEqual([
      { kind: 'workspace', workspace: 'packages/log', via, paths },
      { kind: 'source', paths: ['services/worker/src/server.js'] },
    ]);
    expect(changes.get('web')?.reasons).toMatchObject([
      { kind: 'workspace', workspace: 'packages/ui', paths: ['packages/ui/package.json'] },
      { kind: 'lockfile', packages: [{ name: 'left-pad', from: null, to: '1.3.0' }] },
    ]);
  });

  it('that asks for a package by another range is told with what came, or that nothing else did', async () => {
    const repo = await releasedModelRepo();
    repo.edit('fix(deps): pad', ({ workspaces, packages }) => {
      Object.assign(workspaces['packages/http']?.dependencies ?? {}, { 'left-pad': '^1.3.0' });
      Object.assign(packages['left-pad'] ?? {}, { version: '1.3.1' });
    });
    repo.edit('fix(deps): ms', ({ workspaces }) => {
      Object.assign(workspaces['packages/log']?.dependencies ?? {}, { ms: '^2.1.0' });
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api', 'worker']);
    const manifest = (folder: string) => ({ kind: 'workspace', paths: [`${folder}/package.json`] });
    expect(changes.get('api')?.reasons).toMatchObject([
      manifest('packages/http'),
      manifest('packages/log'),
      { kind: 'lockfile', packages: [{ name: 'left-pad', from: '1.3.0', to: '1.3.1' }] },
    ]);
    expect(changes.get('worker')?.reasons).toMatchObject([
      manifest('packages/log'),
      { kind: 'lockfile', packages: [] },
    ]);
  });

  it('that asks for another package, or for one less, is told with what came or went, and the way', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: pad', ({ workspaces }) => {
      Object.assign(workspaces['packages/http']?.dependencies ?? {}, { ms: '^2.0.0' });
      Object.assign(workspaces['packages/ui'] ?? {}, { dependencies: { 'left-pad': '^1.0.0' } });
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api', 'web']);
    expect(changes.get('api')?.reasons).toMatchObject([
      { kind: 'workspace', paths: ['packages/http/package.json'] },
      { kind: 'lockfile', packages: [] },
    ]);
    const way = (name: string) => ['@acme/web', '@acme/ui', name];
    expect(changes.get('web')?.reasons).toMatchObject([
      { kind: 'workspace', paths: ['packages/ui/package.json'] },
      {
        kind: 'lockfile',
        packages: [
          { name: 'left-pad', from: null, to: '1.3.0', via: way('left-pad') },
          { name: 'loose-envify', from: '1.4.0', to: null, via: [...way('react'), 'loose-envify'] },
          { name: 'react', from: '18.2.0', to: null, via: way('react') },
        ],
      },
    ]);
  });

  it('by which a service starts otherwise, or builds, is told with what it changes', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: start', ({ workspaces }) => {
      Object.assign(workspaces['services/worker'] ?? {}, { scripts: { start: 'node src/main.js' } });
    });
    expect((await repo.changes()).get('worker')?.reasons).toMatchObject([
      { kind: 'source', paths: ['services/worker/package.json'] },
      { kind: 'config', settings: [expect.stringContaining('start command')] },
    ]);
  });

  it('of an ignored devDependency counts where its range is that of a dependency', async () => {
    const both = (range: string) => ({ dependencies: { ms: '^2.0.0' }, devDependencies: { ms: range } });
    const repo = await releasedModelRepo({
      edit: (model) => {
        model.files['shipyarn.yaml'] += 'ignoreDependencies: [ms]\n';
        Object.assign(model.workspaces['packages/log'] ?? {}, both('^2.0.0'));
      },
    });
    repo.edit('build(deps): ms', ({ workspaces }) => {
      Object.assign(workspaces['packages/log'] ?? {}, both('^2.1.0'));
    });
    expect(affectedNames(await repo.changes())).toEqual(['api', 'worker']);
  });

  it('that the lockfile does not follow is refused, whatever is asked for', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: x', (model) => editFile(model, 'packages/http', 'src/index.js', 'edited'));
    const manifest = JSON.parse(repo.git('show', 'HEAD:packages/http/package.json'));
    manifest.dependencies['right-pad'] = '^1.0.0';
    repo.commit('feat: pad', { 'packages/http/package.json': JSON.stringify(manifest) });
    for (const option of ['--names', '--json']) {
      const { exitCode, stderr } = await shipyarn(['affected', option], { cwd: repo.root });
      expect({ option, exitCode }).toEqual({ option, exitCode: 2 });
      expect(stderr).toContain('right-pad');
    }
  });
});

it('an own Dockerfile that copies yarn.lock is given its slice, and what others take from the lockfile is nothing to it', async () => {
  const repo = await releasedModelRepo({
    edit: (model) => editFile(model, 'services/web', 'Dockerfile', copies),
  });
  repo.edit('fix(deps): update ms', ({ packages }) => Object.assign(packages.ms ?? {}, { version: '2.1.3' }));
  expect(affectedNames(await repo.changes())).toEqual(['api', 'worker']);
});
