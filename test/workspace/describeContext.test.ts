import { describe, expect, it } from 'vitest';
import type { ContextContents, ContextLayerName } from '../../src/workspace/contextContents.ts';
import type { TestRepo } from '../helpers/testRepo.ts';
import { acme } from './acme.ts';
import { contextOf, yarnRepo } from './yarnRepo.ts';

function pathsOf(contents: ContextContents, name: ContextLayerName): string[] {
  return contents.layers.find((layer) => layer.name === name)?.entries.map(({ path }) => path) ?? [];
}

function keysOf({ layers }: ContextContents): Record<string, string> {
  return Object.fromEntries(layers.map(({ name, key }) => [name, key]));
}

/** The names of layers whose key an edit changes. */
async function changedBy(repo: TestRepo, edit: Record<string, string>): Promise<string[]> {
  const before = keysOf(await contextOf(repo, '@acme/api'));
  repo.commit('fix: edit', edit);
  const after = keysOf(await contextOf(repo, '@acme/api'));
  return Object.keys(after).filter((name) => after[name] !== before[name]);
}

const edited = (path: keyof typeof acme, change: object) =>
  JSON.stringify({ ...(acme[path] as object), ...change });

describe('a context', () => {
  it('holds the closure in layers', async () => {
    const contents = await contextOf(yarnRepo(4, acme), '@acme/api');
    expect(contents.builds.map(({ name }) => name)).toEqual(['@acme/lib']);
    expect(contents.runtime.map(({ path }) => path)).toEqual(['packages/lib', 'services/api']);
    expect(contents.command).toEqual(['node', 'server.js']);
    expect(pathsOf(contents, 'manifests')).toEqual([
      'manifests/.shipyarn/yarn.cjs',
      'manifests/.yarnrc.yml',
      'manifests/package.json',
      'manifests/packages/lib/package.json',
      'manifests/packages/other/package.json',
      'manifests/services/api/package.json',
      'manifests/yarn.lock',
    ]);
    expect(pathsOf(contents, 'production')).not.toContain('production/packages/other/package.json');
    expect(pathsOf(contents, 'service')).toEqual([
      'service/services/api/package.json',
      'service/services/api/server.js',
    ]);
  });

  it("takes inputs from a nested workspace's folder, and what a rule keeps out of the sources", async () => {
    const root = acme['package.json'];
    const repo = yarnRepo(4, {
      ...acme,
      'package.json': { ...root, workspaces: [...root.workspaces, 'services/api/plugins/*'] },
      'services/api/plugins/extra/package.json': { name: '@acme/extra', version: '1.0.0' },
      'services/api/plugins/extra/schema.sql': 'create table a;\n',
      'services/api/notes.txt': 'a\n',
      'packages/lib/notes.txt': 'a\n',
    });
    const inputs = ['services/api/plugins/extra/schema.sql', '**/notes.txt', 'services/api/server.js'];
    const settings = { inputs, ignore: ['services/api/notes.txt'] };
    const contents = await contextOf(repo, '@acme/api', settings);
    expect(pathsOf(contents, 'service')).toEqual([
      'service/services/api/notes.txt',
      'service/services/api/package.json',
      'service/services/api/plugins/extra/schema.sql',
      'service/services/api/server.js',
    ]);
    expect(pathsOf(contents, 'dependencies')).toContain('dependencies/packages/lib/notes.txt');
  });

  it('changes only the layers that an edit matters to', async () => {
    const repo = yarnRepo(4, acme);
    expect(await changedBy(repo, { 'services/api/server.js': '2' })).toEqual(['service']);
    expect(await changedBy(repo, { 'packages/lib/index.js': '2' })).toEqual(['dependencies']);
    const version = edited('services/api/package.json', { version: '9.9.9' });
    expect(await changedBy(repo, { 'services/api/package.json': version })).toEqual([]);
    const described = edited('services/api/package.json', { version: '9.9.9', description: 'An API' });
    expect(await changedBy(repo, { 'services/api/package.json': described })).toEqual(['service']);
    expect(await changedBy(repo, { 'services/api/CHANGELOG.md': '# More\n' })).toEqual([]);
    expect(await changedBy(repo, { 'README.md': 'Hello\n' })).toEqual([]);
  });
});
