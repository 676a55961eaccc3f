import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextDigests } from '../../src/context/contextDigests.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import type { TestRepo } from '../helpers/testRepo.ts';
import { acme } from '../workspace/acme.ts';
import { asText, projectOf, serviceOf, startYarn, yarnRepo } from '../workspace/yarnRepo.ts';

const files = {
  ...acme,
  'services/api/server.test.js': 'test();\n',
  'services/web/package.json': {
    name: '@acme/web',
    version: '1.0.0',
    main: '.',
    dependencies: { bytes: '3.1.1' },
  },
};

/** Digests of the install layers' bytes, with the identity. */
async function digests(repo: TestRepo) {
  const project = await projectOf(repo);
  const contents = await describeContext(project, serviceOf(project, '@acme/api'));
  const { layers } = await contextDigests(contents, project.snapshot);
  const install = layers.filter(({ name }) => name === 'manifests' || name === 'production');
  return { install: install.map(({ name, digest }) => `${name} ${digest}`), identity: contents.identity };
}

type Path = keyof typeof files;
const edited = (path: Path, change: object) => asText({ [path]: { ...(files[path] as object), ...change } });
const api = files['services/api/package.json'];

const edits: [what: string, edit: Record<string, string | Buffer>, released: boolean][] = [
  ["the service's own version", edited('services/api/package.json', { version: '0.2.0' }), false],
  ['a script', edited('services/api/package.json', { scripts: { ...api.scripts, lint: 'eslint .' } }), true],
  ['a description', edited('packages/lib/package.json', { description: 'A library' }), true],
  ['a test', { 'services/api/server.test.js': 'test(1);\n' }, true],
  ["another service's file", { 'services/web/index.js': '1;\n' }, false],
];

describe('the install layers keep their bytes', () => {
  it.each(edits)('at an edit of %s', async (_what, edit, released) => {
    const repo = yarnRepo(4, files);
    const before = await digests(repo);
    expect(before.install).toHaveLength(2);
    repo.commit('chore: edit', edit);
    const after = await digests(repo);
    expect(after.install).toEqual(before.install);
    expect(after.identity !== before.identity).toBe(released);
  });

  it("at an edit of the lockfile for another service, and lose them at one for the service's own", async () => {
    const repo = yarnRepo(4, files);
    const before = await digests(repo);
    const upgrade = async (path: Path, dependencies: object) => {
      repo.write(edited(path, { dependencies }));
      await startYarn(4, repo.root, ['install', '--mode=update-lockfile']);
      repo.commit('fix: upgrade');
      return readFileSync(join(repo.root, 'yarn.lock'), 'utf8');
    };
    expect(await upgrade('services/web/package.json', { bytes: '3.0.0' })).toContain('bytes@npm:3.0.0');
    expect(await digests(repo)).toEqual(before);
    await upgrade('packages/lib/package.json', { ms: '2.1.2' });
    expect((await digests(repo)).install.filter((digest) => before.install.includes(digest))).toEqual([]);
  });

  it('under Yarn 1 hold the version, which tells a workspace from a public package', async () => {
    const classic = {
      ...files,
      'package.json': { ...files['package.json'], packageManager: 'yarn@1.22.22' },
      'services/api/package.json': { ...api, dependencies: { '@acme/lib': '1.2.3' }, devDependencies: {} },
    };
    const repo = yarnRepo(1, classic);
    const before = await digests(repo);
    repo.commit(
      'chore: release',
      edited('services/api/package.json', { ...classic['services/api/package.json'], version: '0.2.0' }),
    );
    const after = await digests(repo);
    expect(after.identity).toBe(before.identity);
    expect(after.install).not.toEqual(before.install);
  });
});
