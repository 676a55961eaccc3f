import { describe, expect, it } from 'vitest';
import { shipyarn } from '../support/run.ts';
import { affectedNames, releasedModelRepo } from './modelRepo.ts';
import { editFile, type Model } from './monorepo.ts';

const all = ['api', 'web', 'worker'];
const api = 'services/api';

describe('a change in the root since the release', () => {
  it("of .yarnrc.yml is everybody's", async () => {
    const repo = await releasedModelRepo();
    repo.edit('build: mirror', ({ files }) => {
      files['.yarnrc.yml'] += 'npmRegistryServer: "https://npm.example.com"\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('web')?.reasons).toEqual([{ kind: 'root', paths: ['.yarnrc.yml'] }]);
    expect(changes.get('web')?.commits).toMatchObject([{ parts: [{ kind: 'root' }] }]);
  });

  it.each([
    ['the Yarn release', 'yarnPath: ./tools/yarn.cjs\n', 'tools/yarn.cjs'],
    ['a plugin', 'plugins:\n  - path: tools/plugin.cjs\n    spec: ours\n', 'tools/plugin.cjs'],
    ['a CA bundle', 'httpsCaFilePath: ./certs/ca.pem\n', 'certs/ca.pem'],
    [
      "a CA bundle beside a workspace's sources",
      'networkSettings:\n  "*.acme.com":\n    httpsCaFilePath: packages/ui/src/ca.svg\n',
      'packages/ui/src/ca.svg',
    ],
  ])("of %s is everybody's, wherever it stands", async (_, setting, path) => {
    const repo = await releasedModelRepo({
      files: { '.yarnrc.yml': `nodeLinker: node-modules\n${setting}`, [path]: 'one\n' },
    });
    const hash = repo.edit('build: another', ({ files }) => {
      files[path] = 'two\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('worker')).toMatchObject({
      reasons: [{ paths: [path] }],
      commits: [{ commit: { hash } }],
    });
  });

  it("of packageExtensions is everybody's, with the packages where they are used", async () => {
    const repo = await releasedModelRepo();
    repo.edit('build: extend react', (model) => {
      model.files['.yarnrc.yml'] +=
        'packageExtensions:\n  "react@*":\n    dependencies:\n      ms: "^2.0.0"\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('web')?.reasons).toContainEqual(
      expect.objectContaining({
        kind: 'lockfile',
        packages: [expect.objectContaining({ name: 'ms', from: null })],
      }),
    );
    expect(changes.get('api')?.reasons).toEqual([{ kind: 'root', paths: ['.yarnrc.yml'] }]);
  });

  it('of what an install script runs counts, even where it is gone', async () => {
    const scripts = { postinstall: 'node scripts/setup' };
    const files = {
      'scripts/setup.js': "require('./steps');\n",
      'scripts/steps.js': '1;\n',
      'scripts/x.js': '1;\n',
    };
    const repo = await releasedModelRepo({ files, edit: ({ root }) => Object.assign(root, { scripts }) });
    repo.edit('chore: other', (model) => Object.assign(model.files, { 'scripts/x.js': '2;\n' }));
    expect(affectedNames(await repo.changes())).toEqual([]);
    const hash = repo.edit('fix: steps', (model) =>
      Object.assign(model.files, { 'scripts/steps.js': '2;\n' }),
    );
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'root', paths: ['scripts/steps.js'] }],
      commits: [{ commit: { hash } }],
    });
    repo.edit('fix: gone', ({ files: left }) => {
      delete left['scripts/steps.js'];
    });
    expect(affectedNames(await repo.changes())).toEqual(all);
  });

  it('of a catalog counts, with the packages where it is used', async () => {
    const repo = await releasedModelRepo({
      edit(model) {
        model.catalog = { react: '^18.0.0' };
        Object.assign(model.workspaces['packages/ui']?.dependencies ?? {}, { react: 'catalog:' });
      },
    });
    repo.edit('build: catalog', (model) => {
      model.catalog = { react: '^19.0.0' };
      model.packages.react = { version: '19.0.0' };
    });
    const changes = await repo.changes();
    // Every install reads .yarnrc.yml.
    expect(affectedNames(changes)).toEqual(all);
    const lockfileReason = (name: string) =>
      changes.get(name)?.reasons.find(({ kind }) => kind === 'lockfile');
    expect(lockfileReason('web')?.packages).toContainEqual(
      expect.objectContaining({ name: 'react', from: '18.2.0', to: '19.0.0' }),
    );
    expect(lockfileReason('api')).toBeUndefined();
  });

  it('of a manifest that turns to a catalog of the same range counts for those who ship it', async () => {
    const repo = await releasedModelRepo({
      edit(model) {
        model.catalog = { react: '^18.0.0' };
      },
    });
    repo.edit('build: catalog', ({ workspaces }) => {
      Object.assign(workspaces['packages/ui']?.dependencies ?? {}, { react: 'catalog:' });
    });
    expect(affectedNames(await repo.changes())).toEqual(['web']);
  });

  it('of a patch counts where the patched package is used', async () => {
    const patched = 'patch:react@npm%3A18.2.0#~/.yarn/patches/react.patch';
    const repo = await releasedModelRepo({
      files: { '.yarn/patches/react.patch': 'diff --git a b\n' },
      edit: (model) => {
        Object.assign(model.workspaces['packages/ui']?.dependencies ?? {}, { react: patched });
        model.patches = { react: { range: patched, source: '18.2.0', path: '.yarn/patches/react.patch' } };
      },
    });
    const hash = repo.edit('fix: patch react', ({ files }) => {
      files['.yarn/patches/react.patch'] = 'diff --git a c\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'root', paths: ['.yarn/patches/react.patch'] }, { kind: 'lockfile' }],
      commits: [{ commit: { hash }, parts: [{ kind: 'root' }, { kind: 'lockfile' }] }],
    });
  });

  it("of Dockerfile.template is everybody's and called so", async () => {
    const repo = await releasedModelRepo({ files: { 'Dockerfile.template': 'FROM {{base}}\n' } });
    repo.edit('build: label', ({ files }) => {
      files['Dockerfile.template'] += 'LABEL team=acme\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('api')).toMatchObject({
      reasons: [{ kind: 'dockerfile', paths: ['Dockerfile.template'] }],
      commits: [{ parts: [{ kind: 'dockerfile' }] }],
    });
  });

  it('of Dockerfile.template counts for what it makes, beside other reasons', async () => {
    const template = (build: string, more = '') => `FROM {{base}}\n{{#build}}\n${build}\n{{/build}}\n${more}`;
    const repo = await releasedModelRepo({
      files: { 'Dockerfile.template': template('RUN one') },
      edit(model) {
        Object.assign(model.workspaces['services/web']?.scripts ?? {}, { build: 'node build.js' });
      },
    });
    repo.edit('build: other steps', ({ files }) => {
      files['Dockerfile.template'] = template('RUN two');
    });
    expect(affectedNames(await repo.changes())).toEqual(['web']);
    repo.edit('feat: label', (model) => {
      model.files['Dockerfile.template'] = template('RUN one', 'LABEL a=b\n');
      model.files['.nvmrc'] = '# as everywhere\n20\n';
      editFile(model, api, 'src/server.js', 'edited');
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    const kinds = (name: string) => changes.get(name)?.reasons.map(({ kind }) => kind);
    expect([kinds('api'), kinds('web')]).toEqual([['dockerfile', 'source'], ['dockerfile']]);
  });

  it('of the Yarn release that the manifest names is a matter of the root', async () => {
    const repo = await releasedModelRepo();
    const hash = repo.edit('build: another Yarn', ({ root }) => {
      root.packageManager = 'yarn@4.17.0';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'root', paths: ['package.json'] }],
      commits: [{ commit: { hash }, parts: [{ kind: 'root' }] }],
    });
  });

  it('of Dockerfile.template mends one that could not be read', async () => {
    const repo = await releasedModelRepo();
    repo.edit('build: own template', ({ files }) => {
      files['Dockerfile.template'] = 'FROM {{base}\n';
    });
    repo.edit('fix: own template', ({ files }) => {
      files['Dockerfile.template'] = 'FROM {{base}}\n';
    });
    const changes = await repo.changes({ since: 'HEAD~1' });
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('api')?.warnings[0]).toContain('cannot be told');
  });

  it('of Dockerfile.template that it did not have before is named', async () => {
    const repo = await releasedModelRepo();
    repo.edit('build: own template', ({ files }) => {
      files['Dockerfile.template'] = 'FROM {{base}}\n';
    });
    expect((await repo.changes()).get('api')?.reasons).toEqual([
      { kind: 'dockerfile', paths: ['Dockerfile.template'] },
    ]);
  });

  it('of .dockerignore counts for those whose files it lets in or out', async () => {
    const repo = await releasedModelRepo();
    const hash = repo.edit('build: slim web', ({ files }) => {
      files['.dockerignore'] = 'services/web/README.md\nnothing\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')?.reasons).toEqual([
      {
        kind: 'config',
        settings: ['1 file left out of the image by .dockerignore or configuration'],
        paths: ['services/web/README.md'],
      },
    ]);
    expect(changes.get('web')?.commits).toMatchObject([{ commit: { hash }, parts: [{ kind: 'config' }] }]);
  });

  it('of .dockerignore counts for a file that it left out while it went, and for what an own Dockerfile copies', async () => {
    const repo = await releasedModelRepo({
      files: { 'assets/notes.md': 'x', 'assets/logo.svg': '<svg/>' },
      edit(model) {
        editFile(model, 'services/api', 'src/old.js', '1;\n');
        editFile(model, 'services/worker', 'Dockerfile', 'FROM node:20-slim\nCOPY assets ./assets\n');
      },
    });
    repo.edit('build: less', (model) => {
      model.files['.dockerignore'] = '**/old.js\nassets/*.md\n';
      editFile(model, 'services/api', 'src/old.js', null);
    });
    expect(affectedNames(await repo.changes())).toEqual(['api', 'worker']);
  });

  it('of .nvmrc counts for those whose base image it chooses', async () => {
    const repo = await releasedModelRepo({
      files: { '.nvmrc': '20\n' },
      edit(model) {
        model.root.engines = undefined;
        Object.assign(model.workspaces['services/web'] ?? {}, { engines: { node: '>=18' } });
        editFile(model, 'services/worker', 'Dockerfile', 'FROM node:20-slim\nCOPY . .\n');
      },
    });
    const hash = repo.edit('build: node 22', ({ files }) => {
      files['.nvmrc'] = '22\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api']);
    expect(changes.get('api')).toMatchObject({
      reasons: [{ kind: 'base', settings: ['base image: node:20-slim → node:22-slim'] }],
      commits: [{ commit: { hash }, parts: [{ kind: 'config' }] }],
    });
    repo.edit('docs: what for', ({ files }) => {
      files['.nvmrc'] = '# as everywhere\n20\n';
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
  });

  it('that chooses the base image is a reason beside files, and beside settings of another service', async () => {
    const repo = await releasedModelRepo({
      edit({ root }) {
        root.engines = undefined;
      },
    });
    repo.edit('feat: several', (model) => {
      model.files['.nvmrc'] = '22\n';
      model.files['shipyarn.yaml'] += 'overrides:\n  web:\n    buildArguments: { DEBUG: "1" }\n';
      editFile(model, 'services/api', 'src/server.js', 'edited');
      editFile(model, 'services/web', 'src/server.js', 'edited');
    });
    const changes = await repo.changes();
    const kinds = (name: string) => changes.get(name)?.reasons.map(({ kind }) => kind);
    expect([kinds('api'), kinds('worker')]).toEqual([['source', 'base'], ['base']]);
    expect(kinds('web')).toEqual(['source', 'base', 'config']);
  });

  it('of shipyarn.yaml counts for those whose image it shapes', async () => {
    const repo = await releasedModelRepo();
    const hash = repo.edit('build: debug web', ({ files }) => {
      files['shipyarn.yaml'] += 'overrides:\n  web:\n    buildArguments: { DEBUG: "1" }\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'config', settings: ['build arguments: {} → {"DEBUG":"1"}'] }],
      commits: [{ commit: { hash }, parts: [{ kind: 'config' }] }],
    });
    repo.edit('build: another branch', ({ files }) => {
      files['shipyarn.yaml'] = (files['shipyarn.yaml'] ?? '').replace(/overrides[\s\S]*/, 'branch: next\n');
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.edit('fix: api', (model) => {
      model.files['shipyarn.yaml'] += '# as agreed\n';
      editFile(model, 'services/api', 'src/server.js', 'edited');
    });
    expect((await repo.changes()).get('api')?.reasons).toEqual([
      { kind: 'source', paths: ['services/api/src/server.js'] },
    ]);
  });

  it('of the Node version changes the base', async () => {
    const repo = await releasedModelRepo();
    repo.edit('build: node 22', ({ files }) => {
      files['shipyarn.yaml'] += 'node: "22"\n';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(all);
    expect(changes.get('api')?.reasons).toContainEqual(expect.objectContaining({ kind: 'base' }));
  });

  it('of a tsconfig counts for those who extend it', async () => {
    const repo = await releasedModelRepo({
      files: { 'tsconfig.base.json': '{}' },
      edit: (model) =>
        editFile(model, 'packages/ui', 'tsconfig.json', '{ "extends": "../../tsconfig.base.json" }'),
    });
    repo.edit('build: strict', ({ files }) => {
      files['tsconfig.base.json'] = '{ "compilerOptions": {} }';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'root', paths: ['tsconfig.base.json'] }],
      commits: [{ parts: [{ kind: 'root' }] }],
    });
  });

  it('of files that `inputs` names counts', async () => {
    const repo = await releasedModelRepo({
      files: {
        'shipyarn.yaml': 'services: ["services/*"]\noverrides: { api: { inputs: ["schema/*.graphql"] } }\n',
        'schema/a.graphql': 'type A',
      },
    });
    repo.edit('feat: schema', ({ files }) => {
      files['schema/b.graphql'] = 'type B';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['api']);
    expect(changes.get('api')?.reasons).toEqual([{ kind: 'root', paths: ['schema/b.graphql'] }]);
  });

  it('of a file that an own Dockerfile copies counts, and of the Dockerfile itself', async () => {
    const dockerfile = 'FROM node:20-slim\nCOPY assets/ ./assets/\nCOPY . .\n';
    const repo = await releasedModelRepo({
      files: { 'assets/logo.svg': '<svg/>', 'other/x': '1' },
      edit: (model) => editFile(model, 'services/web', 'Dockerfile', dockerfile),
    });
    repo.edit('docs: other', ({ files }) => {
      files['other/x'] = '2';
    });
    expect(affectedNames(await repo.changes())).toEqual([]);
    repo.edit('feat: logo', ({ files }) => {
      files['assets/logo.svg'] = '<svg></svg>';
    });
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['web']);
    expect(changes.get('web')).toMatchObject({
      reasons: [{ kind: 'root', paths: ['assets/logo.svg'] }],
      commits: [{ parts: [{ kind: 'root' }] }],
    });
    await repo.release({ web: '1.1.0' });
    repo.edit('build: label', (model) =>
      editFile(model, 'services/web', 'Dockerfile', `${dockerfile}LABEL a=b\n`),
    );
    expect((await repo.changes()).get('web')).toMatchObject({
      reasons: [{ kind: 'dockerfile', paths: ['services/web/Dockerfile'] }],
      commits: [{ parts: [{ kind: 'dockerfile' }] }],
    });
  });

  it("of a Dockerfile in another workspace's folder counts, as of its ignore file", async () => {
    const shared = 'packages/ui/docker/Dockerfile';
    const file = (model: Model, path: string, text: string) => editFile(model, 'packages/ui', path, text);
    const repo = await releasedModelRepo({
      edit(model) {
        model.files['shipyarn.yaml'] +=
          `ignore: [packages/ui/docker]\noverrides:\n  worker:\n    dockerfile: ${shared}\n`;
        file(model, 'docker/Dockerfile', 'FROM node:20-slim\nCOPY . .\n');
        file(model, 'docker/Dockerfile.dockerignore', '**/*.md\n');
      },
    });
    repo.edit('build: label', (model) =>
      file(model, 'docker/Dockerfile', 'FROM node:20-slim\nCOPY . .\nLABEL a=b\n'),
    );
    const changes = await repo.changes();
    expect(affectedNames(changes)).toEqual(['worker']);
    expect(changes.get('worker')?.reasons).toEqual([{ kind: 'dockerfile', paths: [shared] }]);
    await repo.release({ worker: '1.1.0' });
    repo.edit('build: less', (model) => file(model, 'docker/Dockerfile.dockerignore', '**/*.js\n'));
    expect(affectedNames(await repo.changes())).toEqual(['worker']);
  });

  it('of what shipyarn.yaml extends counts, wherever it stands', async () => {
    const base = (args: string) => `buildArguments: ${args}\n`;
    const repo = await releasedModelRepo({
      edit(model) {
        model.files['shipyarn.yaml'] +=
          'extends: packages/ui/shipyarn.base.yaml\nignore: [packages/ui/shipyarn.base.yaml]\n';
        editFile(model, 'packages/ui', 'shipyarn.base.yaml', base('{ DEBUG: "0" }'));
      },
    });
    repo.edit('build: debug', (model) =>
      editFile(model, 'packages/ui', 'shipyarn.base.yaml', base('{ DEBUG: "1" }')),
    );
    expect(affectedNames(await repo.changes())).toEqual(all);
  });

  it("of a service's own folder, as a context of its own, is told by the repo's paths", async () => {
    const config = 'services: ["services/*"]\noverrides: { web: { context: service } }\n';
    const repo = await releasedModelRepo({
      files: { 'shipyarn.yaml': config },
      edit: (model) => editFile(model, 'services/web', 'Dockerfile', 'FROM node:20-slim\nCOPY . .\n'),
    });
    repo.edit('fix: web', (model) => editFile(model, 'services/web', 'src/server.js', 'edited'));
    expect((await repo.changes()).get('web')).toMatchObject({
      reasons: [{ kind: 'source', paths: ['services/web/src/server.js'] }],
      commits: [{ parts: [{ kind: 'source' }] }],
    });
  });
});

describe('a file in the root that is wrong', () => {
  it.each<[string, string, string, string]>([
    ['a template', 'Dockerfile.template', 'FROM {{nothing}}\n', 'which is not a variable of templates'],
    ['ignore rules', '.dockerignore', '[\n', 'does not end what it begins'],
    [
      'a missing Yarn release',
      '.yarnrc.yml',
      'yarnPath: .yarn/releases/yarn.cjs\n',
      'which is not committed',
    ],
    ['a token', '.yarnrc.yml', 'npmAuthToken: 0123456789\n', 'holds a registry credential'],
  ])('is refused whatever is asked for, and whatever else changed: %s', async (_, file, content, message) => {
    const repo = await releasedModelRepo();
    repo.edit('feat: several', (model) => {
      model.files[file] = content;
      for (const folder of [api, 'services/web', 'services/worker'])
        editFile(model, folder, 'src/server.js', 'edited');
    });
    for (const option of ['--names', '--json', '--markdown']) {
      const { exitCode, stdout, stderr } = await shipyarn(['affected', option], { cwd: repo.root });
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining(message),
      });
    }
  });
});
