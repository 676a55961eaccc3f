import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeContext } from '../../src/context/writeContext.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import { type TestRepo, testFolder } from '../helpers/testRepo.ts';
import { isLong, itLong } from '../support/isLong.ts';
import { contextOf, projectOf, serviceOf, startYarn, type YarnVersion, yarnRepo } from './yarnRepo.ts';

/** A service with a build script, so that there is an install for the build as well. */
function filesFor(yarn: YarnVersion, more: Record<string, unknown>, scripts: object = {}) {
  return {
    'package.json': {
      name: 'acme',
      private: true,
      workspaces: ['services/*'],
      devDependencies: { bytes: '3.1.2', husky: '9.1.7' },
      scripts: { postinstall: 'node ./scripts/note root', build: 'exit 1', lint: 'exit 1', ...scripts },
    },
    ...(yarn === 1 ? {} : { '.yarnrc.yml': 'nodeLinker: node-modules\n' }),
    'scripts/note.js': `require('./lib/append')(process.argv[2] + ' ');\n`,
    'scripts/lib/append.js': `module.exports = (text) => require('node:fs').appendFileSync(__dirname + '/../../ran', text);\n`,
    'scripts/other.js': '',
    'services/api/package.json': {
      name: '@acme/api',
      version: '0.1.0',
      main: 'server.js',
      scripts: { build: 'exit 0', postinstall: 'yarn run note', note: 'node ../../scripts/note.js api' },
      dependencies: { ms: '2.1.3' },
    },
    'services/api/server.js': '',
    ...more,
  };
}

/** The install layers of a repository's service in a folder, each installed immutably by the real Yarn. */
async function installed(yarn: YarnVersion, repo: TestRepo, layers = ['manifests', 'production']) {
  const project = await projectOf(repo);
  const contents = await describeContext(project, serviceOf(project, '@acme/api'));
  const folder = join(testFolder(), 'context');
  await writeContext(contents, project.snapshot, folder);
  for (const layer of layers) {
    await startYarn(yarn, join(folder, layer), contents.yarn.install);
  }
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  return { folder, read };
}

const ranIn = (text: string) => text.trim().split(' ').sort();

describe.each(isLong ? ([1, 3, 4] as const) : ([4] as const))('install scripts under Yarn %i', (yarn) => {
  it('find the files that they name, and what those load', async () => {
    const { folder, read } = await installed(yarn, yarnRepo(yarn, filesFor(yarn, {})));
    for (const layer of ['manifests', 'production']) {
      expect(ranIn(read(`${layer}/ran`)), layer).toEqual(['api', 'root']);
      expect(existsSync(join(folder, layer, 'scripts/other.js'))).toBe(false);
      expect(JSON.parse(read(`${layer}/package.json`)).scripts).toEqual({
        postinstall: 'node ./scripts/note root',
      });
    }
  });
});

describe('install scripts', () => {
  itLong('of patch-package find its patches, under Yarn 1', async () => {
    const patch = [
      'diff --git a/node_modules/ms/index.js b/node_modules/ms/index.js',
      '--- a/node_modules/ms/index.js',
      '+++ b/node_modules/ms/index.js',
      '@@ -1,5 +1,5 @@',
      ' /**',
      '- * Helpers.',
      '+ * Patched.',
      '  */',
      ' ',
      ' var s = 1000;',
      '',
    ];
    const files = filesFor(
      1,
      { 'patches/ms+2.1.3.patch': patch.join('\n') },
      { postinstall: 'patch-package' },
    );
    const root = { ...files['package.json'], dependencies: { 'patch-package': '8.0.0' } };
    const { read } = await installed(1, yarnRepo(1, { ...files, 'package.json': root }));
    for (const layer of ['manifests', 'production']) {
      expect(read(`${layer}/node_modules/ms/index.js`)).toContain('Patched.');
    }
  });

  it('that need a development dependency are left out of production, and a warning says so', async () => {
    const scripts = { preinstall: 'husky', install: 'yarn build', postinstall: 'bytes 1 && yarn lint' };
    const contents = await contextOf(yarnRepo(4, filesFor(4, {}, scripts)), '@acme/api');
    const kept = contents.layers.slice(0, 2).map(({ prefix, entries }) => {
      const { from } = entries.find(({ path }) => path === `${prefix}/package.json`) ?? {};
      return 'content' in (from ?? {}) ? JSON.parse(String((from as { content(): Buffer }).content())) : null;
    });
    expect(kept.map(({ scripts: left }) => left)).toEqual([
      { postinstall: 'bytes 1 && yarn lint', lint: 'exit 1' },
      undefined,
    ]);
    expect(contents.warnings).toEqual([
      expect.stringContaining('package.json: `postinstall` calls bytes, a development dependency'),
    ]);
  });

  it('read more where the configuration says so', async () => {
    const repo = yarnRepo(4, filesFor(4, { 'schema/a.txt': 'a', 'schema/b.txt': 'b' }));
    const { layers } = await contextOf(repo, '@acme/api', { installFiles: ['schema/*', '!schema/b.txt'] });
    const paths = layers.flatMap(({ entries }) => entries.map(({ path }) => path));
    expect(paths.filter((path) => path.includes('schema'))).toEqual([
      'manifests/schema/a.txt',
      'production/schema/a.txt',
    ]);
    await expect(contextOf(repo, '@acme/api', { installFiles: ['none'] })).rejects.toMatchObject({
      reason: 'input-without-files',
      message: expect.stringContaining('installFiles'),
    });
  });
});

describe('files that an immutable install must leave as they are', () => {
  it.each(isLong ? ([3, 4] as const) : ([4] as const))(
    'are not those of a slice, under Yarn %i',
    async (yarn) => {
      const settings = 'nodeLinker: pnp\nimmutablePatterns:\n  - .pnp.*\n';
      const { read } = await installed(yarn, yarnRepo(yarn, filesFor(yarn, { '.yarnrc.yml': settings })), [
        'production',
      ]);
      expect(read('production/.yarnrc.yml')).toBe('nodeLinker: pnp\n');
      expect(read('production/.pnp.cjs')).toContain('@acme/api');
    },
  );
});
