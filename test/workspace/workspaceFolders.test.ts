import { describe, expect, it } from 'vitest';
import { projectOf, yarnRepo } from './yarnRepo.ts';

const folders = ['packages/a', 'packages/.h', 'apps/a', 'apps/b', 'libs/x', 'libs/x/deep', 'libs/y'];

function monorepo(workspaces: readonly string[]) {
  const manifests = folders.map((folder) => [
    `${folder}/package.json`,
    { name: folder.replaceAll('/', '-'), version: '1.0.0' },
  ]);
  return yarnRepo(4, {
    'package.json': { name: 'acme', private: true, workspaces },
    'yarn.lock': '',
    ...Object.fromEntries(manifests),
  });
}

/** What Yarn writes into a lockfile. */
const workspaceEntry = /^ {2}resolution: ".+@workspace:(.+)"$/gm;

describe('workspace globs', () => {
  it.each([
    [['!apps//b', 'apps/*', 'packages/*']],
    [['./apps/*/', '!./apps/a/', 'libs/x']],
    [['packages//*', 'libs/./x', 'apps/../libs/y']],
    [['libs/**', '.']],
    [['libs/*/*', 'packages/.*']],
    [['{apps,libs}/[ay]', 'apps/?(b|c)']],
  ])('%j name the folders that Yarn takes', async (globs) => {
    const project = await projectOf(monorepo(globs));
    const entries = [...project.lockfile.matchAll(workspaceEntry)].map(([, path]) => path);
    const due = entries.filter((path) => path !== '.');
    expect([...project.workspaces.values()].map(({ path }) => path).sort()).toEqual(due.sort());
    expect(due).not.toEqual([]);
  });
});
