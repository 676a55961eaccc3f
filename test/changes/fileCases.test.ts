import { describe, expect, it } from 'vitest';
import { affectedNames, releasedModelRepo } from './modelRepo.ts';
import { editFile, type Model } from './monorepo.ts';

const api = 'services/api';
const web = 'services/web';

describe('a change of files since the release', () => {
  it('is nothing right after the release', async () => {
    const repo = await releasedModelRepo();
    for (const change of (await repo.changes()).values()) {
      expect(change).toMatchObject({
        affected: false,
        reasons: [],
        commits: [],
        since: { gitTag: expect.any(String) },
      });
    }
  });

  it.each<[string, (model: Model) => void, string[]]>([
    ['an edited file', (model) => editFile(model, web, 'src/server.js', 'edited'), ['src/server.js']],
    ['a deleted file', (model) => editFile(model, web, 'README.md', null), ['README.md']],
    ['a new file', (model) => editFile(model, web, 'src/ü.js', 'new'), ['src/ü.js']],
    [
      'a renamed file',
      (model) => {
        editFile(model, web, 'src/main.js', model.workspaces[web]?.files['src/server.js'] ?? '');
        editFile(model, web, 'src/server.js', null);
      },
      ['src/main.js', 'src/server.js'],
    ],
  ])('in a service is its own affair: %s', async (_, change, files) => {
    const repo = await releasedModelRepo();
    const hash = repo.edit('feat: change', change);
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'source', paths: files.map((file) => `${web}/${file}`) }],
      commits: [{ commit: { hash }, parts: [{ kind: 'source' }] }],
    });
  });

  it('counts when only the mode changed', async () => {
    const repo = await releasedModelRepo();
    repo.git('update-index', '--chmod=+x', `${web}/src/server.js`);
    repo.git('commit', '-qm', 'fix: make it executable');
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')?.reasons).toEqual([{ kind: 'source', paths: [`${web}/src/server.js`] }]);
  });

  it('that took a file away is told beside what everybody has', async () => {
    const repo = await releasedModelRepo({ files: { 'docs/a.md': 'a\n' } });
    repo.edit('feat: less', (model) => {
      editFile(model, 'packages/ui', 'src/index.js', null);
      delete model.files['docs/a.md'];
      model.root.packageManager = 'yarn@4.9.1';
    });
    const changes = await repo.changes();
    const yarn = { kind: 'root', paths: ['package.json'] };
    expect(changes.get('api')?.reasons).toEqual([yarn]);
    expect(changes.get('web')?.reasons).toMatchObject([
      yarn,
      { kind: 'workspace', paths: ['packages/ui/src/index.js'] },
    ]);
  });

  it('in a dependency of a dependency reaches the service, with the way', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat(log): colours', (model) => editFile(model, 'packages/log', 'src/index.js', 'edited'));
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api', 'worker']);
    expect(changes.get('api')?.reasons).toEqual([
      {
        kind: 'workspace',
        workspace: 'packages/log',
        via: ['packages/log', 'packages/http', 'services/api'],
        paths: ['packages/log/src/index.js'],
      },
    ]);
    expect(changes.get('worker')?.reasons).toMatchObject([{ via: ['packages/log', 'services/worker'] }]);
    expect(changes.get('api')?.commits).toMatchObject([
      { parts: [{ kind: 'workspace', workspace: 'packages/log' }] },
    ]);
  });

  it('of more files than are looked at one by one reaches whom a single one does', async () => {
    const repo = await releasedModelRepo();
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const hash = repo.edit('style: format', (model) => {
      for (const number of numbers) {
        model.files[`docs/${number}.md`] = 'new';
        editFile(model, web, `src/${number}.js`, 'new');
        editFile(model, 'packages/log', `src/${number}.js`, 'new');
      }
      editFile(model, 'packages/http', 'src/index.js', 'edited');
    });
    const undone = repo.edit('fix: less', (model) => {
      for (const number of numbers) editFile(model, web, `src/${number}.js`, null);
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api', 'worker']);
    expect(changes.get('api')?.reasons).toMatchObject([
      { kind: 'workspace', workspace: 'packages/http', paths: ['packages/http/src/index.js'] },
      { kind: 'workspace', workspace: 'packages/log', paths: { length: 20 }, morePaths: 10 },
    ]);
    expect(changes.get('worker')?.reasons).toMatchObject([{ workspace: 'packages/log', morePaths: 10 }]);
    expect(changes.get('api')?.commits).toMatchObject([
      {
        commit: { hash },
        parts: [
          { kind: 'workspace', workspace: 'packages/http' },
          { kind: 'workspace', workspace: 'packages/log' },
        ],
      },
    ]);
    const sinceThen = await repo.changes({ since: hash });
    expect(affectedNames(sinceThen)).toEqual(['web']);
    expect(sinceThen.get('web')).toMatchObject({
      reasons: [{ kind: 'source', morePaths: 10 }],
      commits: [{ commit: { hash: undone } }, { commit: { hash } }],
    });
  });

  it("outside all workspaces is nobody's", async () => {
    const repo = await releasedModelRepo();
    repo.edit('docs: explain', ({ files }) => {
      files['README.md'] = 'edited';
      files['docs/guide.md'] = 'new';
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
  });

  it('that ignore rules leave out of the image releases nothing', async () => {
    const repo = await releasedModelRepo({
      files: { '.dockerignore': '**/*.md\n**/*.test.js\n' },
    });
    repo.edit('test: more', (model) => {
      editFile(model, web, 'src/server.test.js', 'edited');
      editFile(model, web, 'README.md', 'edited');
      editFile(model, web, 'docs/new.md', 'new');
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
    const hash = repo.edit('fix: bug', (model) => editFile(model, web, 'src/server.js', 'edited'));
    const changes = await repo.changes();
    expect(changes.get('web')?.commits.map(({ commit }) => commit.hash)).toEqual([hash]);
  });

  it('to a changelog or a version releases nothing', async () => {
    const repo = await releasedModelRepo();
    repo.edit('chore: release', (model) => {
      editFile(model, web, 'CHANGELOG.md', '## 1.0.0');
      Object.assign(model.workspaces[web] ?? {}, { version: '1.0.0' });
      Object.assign(model.workspaces['packages/log'] ?? {}, { version: '1.0.1' });
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
  });

  it('that was reverted before the release releases nothing', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: x', (model) => editFile(model, web, 'src/server.js', 'edited'));
    repo.git('revert', '--no-edit', 'HEAD');
    expect(affectedNames(await repo.changes())).toEqual([]);
  });

  it('that was reverted in part leaves the rest, and both commits', async () => {
    const repo = await releasedModelRepo();
    const before = structuredClone(repo.model);
    repo.edit('feat: x', (model) => {
      editFile(model, web, 'src/server.js', 'edited');
      editFile(model, web, 'src/other.js', 'new');
    });
    repo.edit('revert: half of x', (model) =>
      editFile(model, web, 'src/server.js', before.workspaces[web]?.files['src/server.js'] ?? ''),
    );
    const changes = await repo.changes();
    expect(changes.get('web')?.reasons).toEqual([{ kind: 'source', paths: [`${web}/src/other.js`] }]);
    expect(changes.get('web')?.commits).toHaveLength(2);
  });

  it('that was released and then reverted is a change', async () => {
    const repo = await releasedModelRepo();
    repo.edit('feat: x', (model) => editFile(model, web, 'src/server.js', 'edited'));
    await repo.release({ web: '1.1.0' });
    repo.git('revert', '--no-edit', 'HEAD');
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      lastRelease: { version: '1.1.0' },
      since: { gitTag: '@acme/web@1.1.0' },
    });
  });

  it('that a later commit moved on is still attributed to its commit', async () => {
    const repo = await releasedModelRepo();
    const first = repo.edit('feat: add', (model) => editFile(model, api, 'src/a.js', 'new'));
    const second = repo.edit('refactor: move', (model) => {
      editFile(model, api, 'src/a.js', null);
      editFile(model, api, 'src/b.js', 'new');
    });
    const { commits } = (await repo.changes()).get('api') ?? {};
    expect(commits?.map(({ commit }) => commit.hash)).toEqual([second, first]);
  });
});

describe('a submodule', () => {
  it("outside all services is nobody's, inside one it is refused with its path", async () => {
    const repo = await releasedModelRepo();
    const commit = repo.git('rev-parse', 'HEAD');
    repo.git('update-index', '--add', '--cacheinfo', `160000,${commit},vendor/lib`);
    repo.git('commit', '-qm', 'build: vendor lib');
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.git('update-index', '--add', '--cacheinfo', `160000,${commit},${web}/vendor`);
    repo.git('commit', '-qm', 'build: vendor in web');
    await expect(repo.changes()).rejects.toMatchObject({ exitCode: 2, at: { file: `${web}/vendor` } });
  });
});
