import { symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contextTar } from '../../src/context/contextTar.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import type { TestRepo } from '../helpers/testRepo.ts';
import { acme } from './acme.ts';
import { asText, contextOf, projectOf, serviceOf, yarnRepo } from './yarnRepo.ts';

/** A repository whose lockfile fits; each test spoils a commit of its own. */
const repo = (files: Record<string, unknown> = {}) => yarnRepo(4, { ...acme, ...files });

const json = (path: keyof typeof acme, change: object) =>
  asText({ [path]: { ...(acme[path] as object), ...change } });

async function refusal(spoiled: TestRepo, settings = {}): Promise<unknown> {
  return contextOf(spoiled, '@acme/api', settings).then(
    () => 'nothing',
    (error) => error,
  );
}

describe('bad input is refused with file, line and way out', () => {
  it('a lockfile that does not fit its manifests', async () => {
    const spoiled = repo();
    spoiled.commit('a', json('packages/lib/package.json', { dependencies: { ms: '2.0.0' } }));
    expect(await refusal(spoiled)).toMatchObject({
      exitCode: 2,
      reason: 'lockfile-out-of-date',
      message: expect.stringContaining('ms@2.0.0'),
      at: { file: 'packages/lib/package.json', line: 8 },
    });
  });

  it('a range that the lockfile knows, but not of this workspace', async () => {
    const spoiled = repo();
    spoiled.commit('a', json('packages/lib/package.json', { dependencies: { ms: '2.1.3', bytes: '3.1.2' } }));
    expect(await refusal(spoiled)).toMatchObject({
      reason: 'lockfile-out-of-date',
      message: expect.stringContaining('bytes@3.1.2'),
    });
  });

  it('a dependency that left its manifest, but not the lockfile', async () => {
    const spoiled = repo();
    spoiled.commit('a', json('packages/lib/package.json', { dependencies: {} }));
    expect(await refusal(spoiled)).toMatchObject({
      exitCode: 2,
      reason: 'lockfile-out-of-date',
      message: expect.stringContaining('`dependencies` of packages/lib/package.json: '),
      at: { file: 'packages/lib/package.json' },
    });
  });

  it('a workspace that the lockfile does not have', async () => {
    const spoiled = repo();
    spoiled.commit('a', {
      ...asText({ 'packages/new/package.json': { name: '@acme/new', version: '1.0.0' } }),
      ...json('services/api/package.json', { dependencies: { '@acme/new': 'workspace:^' } }),
    });
    expect(await refusal(spoiled)).toMatchObject({ exitCode: 2, reason: 'lockfile-out-of-date' });
  });

  it('peers, commands and optional packages of which the lockfile says other things than the manifest', async () => {
    const spoiled = repo();
    const changes = {
      peerDependencies: { ms: '*' },
      bin: { lib: './cli.js' },
      dependenciesMeta: { ms: { built: false } },
      peerDependenciesMeta: { ms: { optional: true } },
    };
    for (const [field, value] of Object.entries(changes)) {
      spoiled.commit('a', json('packages/lib/package.json', { [field]: value }));
      expect(await refusal(spoiled), field).toMatchObject({
        exitCode: 2,
        reason: 'lockfile-out-of-date',
        message: expect.stringContaining(`\`${field}\` of packages/lib/package.json: `),
        at: { file: 'packages/lib/package.json' },
      });
    }
  });

  it("the manifest of a portal's or packed folder that is not as the lockfile has it", async () => {
    const api = acme['services/api/package.json'];
    const local = { name: 'local', version: '1.0.0', dependencies: { ms: '2.1.3' } };
    const packed = { name: 'packed', version: '1.0.0', dependencies: { bytes: '3.1.2' } };
    const paths = { local: 'vendor/local/package.json', packed: 'vendor/packed/package.json' };
    const linked = repo({
      'services/api/package.json': {
        ...api,
        dependencies: {
          ...api.dependencies,
          local: 'portal:../../vendor/local',
          packed: 'file:../../vendor/packed',
        },
      },
      [paths.local]: local,
      [paths.packed]: packed,
    });
    expect(await refusal(linked)).toBe('nothing');
    linked.commit('a', asText({ [paths.local]: { ...local, version: '2.0.0' } }));
    expect(await refusal(linked)).toBe('nothing');
    const dependencies = { ms: '2.1.3', bytes: '3.1.2' };
    linked.commit('a', asText({ [paths.local]: { ...local, dependencies } }));
    expect(await refusal(linked)).toMatchObject({
      exitCode: 2,
      reason: 'lockfile-out-of-date',
      message: `yarn.lock does not resolve bytes@3.1.2, which ${paths.local} asks for.`,
      at: { file: paths.local, line: 6 },
    });
    linked.commit('a', asText({ [paths.local]: { ...local, dependencies: {} } }));
    expect(await refusal(linked)).toMatchObject({ message: expect.stringContaining(`${paths.local}: ms.`) });
    linked.commit('a', asText({ [paths.local]: { ...local, peerDependencies: { bytes: '*' } } }));
    expect(await refusal(linked)).toMatchObject({ message: expect.stringContaining('`peerDependencies`') });
    linked.commit('a', asText({ [paths.local]: local, [paths.packed]: { ...packed, dependencies } }));
    expect(await refusal(linked)).toMatchObject({
      message: `yarn.lock does not resolve ms@2.1.3, which ${paths.packed} asks for.`,
    });
  });

  it('packageExtensions that the lockfile does not know, of a package and of a workspace', async () => {
    const extended = repo();
    for (const name of ['ms', '@acme/lib']) {
      const settings = `nodeLinker: node-modules\npackageExtensions:\n  "${name}@*":\n    dependencies:\n      bytes: 3.1.1\n`;
      extended.commit('a', { '.yarnrc.yml': settings });
      expect(await refusal(extended)).toMatchObject({
        exitCode: 2,
        reason: 'lockfile-out-of-date',
        message: `yarn.lock does not resolve bytes@3.1.1, which \`packageExtensions\` in .yarnrc.yml add to ${name}.`,
        at: { file: '.yarnrc.yml', line: 5 },
      });
      extended.commit('b', { '.yarnrc.yml': settings.replace('*', '7.x') });
      expect(await refusal(extended), 'of another version').toBe('nothing');
    }
  });

  it('manifests that cannot be read, or share a name', async () => {
    const broken = repo();
    broken.commit('a', { 'packages/lib/package.json': '{\n  "name": "@acme/lib",\n  "version" 1\n}\n' });
    expect(await refusal(broken)).toMatchObject({
      reason: 'manifest-unreadable',
      at: { file: 'packages/lib/package.json', line: 3 },
    });
    const twice = repo();
    twice.commit('a', json('packages/lib/package.json', { name: '@acme/other' }));
    expect(await refusal(twice)).toMatchObject({ reason: 'workspace-name-twice' });
  });

  it('manifests and settings whose fields are of another kind, and a manifest that is a symlink', async () => {
    const spoiled = repo();
    const fields = {
      name: 5,
      dependencies: { ms: null },
      devDependencies: ['ms'],
      resolutions: 'ms',
    };
    for (const [field, value] of Object.entries(fields)) {
      spoiled.commit('a', json('packages/lib/package.json', { [field]: value }));
      expect(await refusal(spoiled), field).toMatchObject({
        exitCode: 2,
        reason: 'manifest-unreadable',
        message: expect.stringContaining(`packages/lib/package.json has a \`${field}\``),
      });
    }
    spoiled.commit('a', {
      ...json('packages/lib/package.json', {}),
      ...json('package.json', { workspaces: [1] }),
    });
    expect(await refusal(spoiled)).toMatchObject({ reason: 'manifest-unreadable' });
    spoiled.commit('a', json('package.json', {}));
    for (const settings of ['- a\n', 'plugins: x\n', 'cacheFolder: 7\n', 'networkSettings: 5\n']) {
      spoiled.commit('a', { '.yarnrc.yml': settings });
      expect(await refusal(spoiled), settings).toMatchObject({ exitCode: 2, reason: 'yarnrc-unreadable' });
    }
    const linked = repo();
    linked.commit('a', { 'packages/lib/package.json': null, 'lib.json': '{}' });
    symlinkSync('../../lib.json', `${linked.root}/packages/lib/package.json`);
    linked.commit('b');
    expect(await refusal(linked)).toMatchObject({
      reason: 'manifest-unreadable',
      message: 'packages/lib/package.json is a symlink.',
    });
  });

  it('lockfiles that are broken anywhere, or begin with a conflict', async () => {
    const broken = repo();
    const { lockfile } = await projectOf(broken);
    const wrong = ['garbage: [\n', lockfile.replace('resolution: "ms@npm:2.1.3"', 'resolution: "ms@')];
    for (const text of [lockfile + wrong[0], wrong[1]]) {
      broken.commit('a', { 'yarn.lock': text ?? '' });
      expect(await refusal(broken)).toMatchObject({ exitCode: 2, reason: 'lockfile-unreadable' });
    }
    broken.commit('a', { 'yarn.lock': `<<<<<<< HEAD\n${lockfile}` });
    expect(await refusal(broken)).toMatchObject({ reason: 'lockfile-conflict', at: { line: 1 } });
    broken.commit('a', { 'yarn.lock': `\uFEFF${lockfile}` });
    expect((await projectOf(broken)).lockfile).toBe(lockfile);
  });

  it('lockfiles of Yarn 6, of an unfinished merge, and none at all', async () => {
    const six = repo();
    six.commit('a', { 'yarn.lock': '{ "__metadata": { "version": 9 } }\n' });
    expect(await refusal(six)).toMatchObject({
      reason: 'yarn-6-lockfile',
      message: expect.stringContaining('not support'),
    });
    const merging = repo();
    const lockfile = (await projectOf(merging)).lockfile;
    merging.commit('a', { 'yarn.lock': `${lockfile}\n<<<<<<< HEAD\n=======\n>>>>>>> other\n` });
    expect(await refusal(merging)).toMatchObject({ reason: 'lockfile-conflict', at: { file: 'yarn.lock' } });
    const none = repo();
    none.commit('a', { 'yarn.lock': null });
    expect(await refusal(none)).toMatchObject({ reason: 'no-yarn-lock' });
  });

  it('patches and Yarn releases that are not committed', async () => {
    const root = acme['package.json'];
    const patch = '.yarn/patches/ms.patch';
    const diff =
      'diff --git a/index.js b/index.js\n--- a/index.js\n+++ b/index.js\n@@ -1,3 +1,3 @@\n /**\n- * Helpers.\n+ * Help.\n  */\n';
    const patched = repo({
      'package.json': { ...root, resolutions: { 'ms@npm:2.1.3': `patch:ms@npm%3A2.1.3#~/${patch}` } },
      [patch]: diff,
    });
    expect(await refusal(patched)).toBe('nothing');
    patched.commit('a', { [patch]: null });
    expect(await refusal(patched)).toMatchObject({
      exitCode: 2,
      reason: 'yarn-file-missing',
      message: expect.stringContaining(`the patch ${patch}`),
    });
    const release = repo();
    release.commit('a', {
      '.yarnrc.yml': 'nodeLinker: node-modules\nyarnPath: .yarn/releases/yarn-4.17.1.cjs\n',
    });
    expect(await refusal(release)).toMatchObject({
      exitCode: 2,
      reason: 'yarn-file-missing',
      message: '.yarnrc.yml needs the Yarn release .yarn/releases/yarn-4.17.1.cjs, which is not committed.',
    });
  });

  it('portals and CA files that are not committed; those that are come along', async () => {
    const api = acme['services/api/package.json'];
    const dependencies = { ...api.dependencies, local: 'portal:../../vendor/local' };
    const portal = 'vendor/local/package.json';
    const linked = repo({
      'services/api/package.json': { ...api, dependencies },
      [portal]: { name: 'local', version: '1.0.0' },
    });
    linked.commit('a', { [portal]: null });
    expect(await refusal(linked)).toMatchObject({
      reason: 'yarn-file-missing',
      message: `yarn.lock needs the dependency ${portal}, which is not committed.`,
    });
    const settings =
      'nodeLinker: node-modules\nnetworkSettings:\n  "*.acme.com":\n    httpsCaFilePath: ./ca.pem\n';
    const company = repo();
    company.commit('a', { '.yarnrc.yml': settings });
    expect(await refusal(company)).toMatchObject({
      reason: 'yarn-file-missing',
      message: '.yarnrc.yml needs the CA file ca.pem, which is not committed.',
    });
    company.commit('a', { 'ca.pem': 'an authority' });
    const { layers } = await contextOf(company, '@acme/api');
    const paths = layers.flatMap(({ entries }) => entries.map(({ path }) => path));
    expect(paths.filter((path) => path.endsWith('ca.pem'))).toEqual([
      'manifests/ca.pem',
      'production/ca.pem',
    ]);
  });

  it('plugins and inputs that are not committed', async () => {
    const plugin = repo();
    plugin.commit('a', { '.yarnrc.yml': 'nodeLinker: node-modules\nplugins:\n  - .yarn/plugins/x.cjs\n' });
    expect(await refusal(plugin)).toMatchObject({
      reason: 'yarn-file-missing',
      message: expect.stringContaining('x.cjs'),
    });
    expect(await refusal(repo(), { inputs: ['config/*.json'] })).toMatchObject({
      reason: 'input-without-files',
    });
    expect(await refusal(repo(), { dockerfile: 'Dockerfile.none' })).toMatchObject({
      reason: 'dockerfile-missing',
    });
  });

  it('symlinks that leave the repo, submodules and Git LFS pointers', async () => {
    const linked = repo();
    linked.git('config', 'core.symlinks', 'true');
    symlinkSync('../../../../etc/passwd', `${linked.root}/services/api/passwd`);
    linked.commit('a');
    expect(await refusal(linked)).toMatchObject({
      reason: 'symlink-leaves-repo',
      at: { file: 'services/api/passwd' },
    });

    const nested = repo();
    nested.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `160000,${nested.git('rev-parse', 'HEAD')},services/api/sub`,
    );
    nested.git('commit', '-q', '-m', 'a');
    expect(await refusal(nested)).toMatchObject({ reason: 'submodule-in-context' });

    const pointer = repo();
    pointer.commit('a', {
      'services/api/big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
    });
    const project = await projectOf(pointer);
    const contents = await describeContext(project, serviceOf(project, '@acme/api'));
    const drained = contextTar(contents, project.snapshot).toArray();
    await expect(drained).rejects.toMatchObject({ reason: 'lfs-pointer-in-context', exitCode: 2 });
  });

  it('registry credentials, and variables that no secret brings', async () => {
    const token = repo();
    token.commit('a', { '.yarnrc.yml': 'nodeLinker: node-modules\nnpmAuthToken: npm_abcdef\n' });
    const refused = (await refusal(token)) as Error;
    expect(refused).toMatchObject({ reason: 'token-in-context', at: { file: '.yarnrc.yml', line: 2 } });
    expect(JSON.stringify(refused)).not.toContain('npm_abcdef');

    const hidden = [
      'npmScopes: { acme: { npmAuthToken: npm_abcdef } }',
      'npmScopes:\n  acme:\n    "npmAuthToken": "npm$abcdef"',
      'npmAuthToken:\n  npm_abcdef',
      'npmAuthToken: >-\n  npm_abcdef',
      'npmAuthIdent: "$'.concat('{IDENT:-ada:npm_abcdefgh}"'),
      'httpsProxy: "http://ada:npm_abcdef@proxy.example.com"',
    ];
    for (const setting of hidden) {
      token.commit('a', { '.yarnrc.yml': `nodeLinker: node-modules\n${setting}\n` });
      expect(await refusal(token), setting).toMatchObject({ reason: 'token-in-context' });
    }

    const source = repo();
    source.commit('a', { 'services/api/.npmrc': '//registry.example.com/:_authToken=abc\n' });
    expect(await refusal(source)).toMatchObject({ reason: 'token-in-context' });

    const variable = repo();
    variable.commit('a', {
      '.yarnrc.yml': 'nodeLinker: node-modules\nnpmAuthToken: "$'.concat('{NPM_TOKEN}"\n'),
    });
    expect(await refusal(variable)).toMatchObject({
      reason: 'secret-not-named',
      at: { file: '.yarnrc.yml', line: 2 },
    });
    const named = await contextOf(variable, '@acme/api', { secrets: { NPM_TOKEN: { env: 'NPM_TOKEN' } } });
    expect(named.dockerfile.text).toContain('--mount=type=secret,id=NPM_TOKEN');
  });

  it("a client's key for the registry, for all hosts or some", async () => {
    const company = repo();
    const settings = 'nodeLinker: node-modules\nhttpsKeyFilePath: ./client.key\n';
    company.commit('a', { '.yarnrc.yml': settings, 'client.key': 'a key' });
    expect(await refusal(company)).toMatchObject({
      exitCode: 2,
      reason: 'client-key-in-context',
      at: { file: '.yarnrc.yml', line: 2 },
    });
    const some =
      'nodeLinker: node-modules\nnetworkSettings:\n  "*.acme.com":\n    httpsCertFilePath: client.pem\n';
    company.commit('a', { '.yarnrc.yml': some });
    expect(await refusal(company)).toMatchObject({ reason: 'client-key-in-context', at: { line: 4 } });
  });

  it('environment files of Yarn stay out of the layers, and an install goes without them', async () => {
    const injecting = repo();
    const settings = 'nodeLinker: node-modules\n';
    injecting.commit('a', {
      '.yarnrc.yml': `${settings}injectEnvironmentFiles:\n  - .env.local\n`,
      '.env.local': 'TOKEN=npm_abcdef\n',
      'services/api/build.txt': 'a\n',
    });
    const { layers, warnings } = await contextOf(injecting, '@acme/api');
    const entries = layers.flatMap((layer) => layer.entries);
    expect(entries.filter(({ path }) => path.endsWith('.env.local'))).toEqual([]);
    const { from } = entries.find(({ path }) => path === 'production/.yarnrc.yml') ?? {};
    expect(from !== undefined && 'content' in from && from.content().toString()).toBe(settings);
    expect(warnings).toEqual([expect.stringContaining('.env.local, which Yarn takes')]);
  });

  it('template variables that do not exist', async () => {
    const template = repo();
    template.commit('a', { 'Dockerfile.template': 'FROM {{{base}}}\nRUN {{{nothing}}}\n' });
    expect(await refusal(template)).toMatchObject({
      reason: 'template-variable-unknown',
      at: { file: 'Dockerfile.template', line: 2 },
    });
    // Nothing in the closure of other has a build.
    template.commit('b', {
      'Dockerfile.template':
        'FROM {{{base}}}\n{{#builds}}\nRUN cd {{folder}} {{build}} {{nothing}}\n{{/builds}}\n',
    });
    await expect(contextOf(template, '@acme/other', { command: ['node', '.'] })).rejects.toMatchObject({
      reason: 'template-variable-unknown',
      message: expect.stringContaining('{{nothing}}'),
      at: { line: 3 },
    });
  });
});
