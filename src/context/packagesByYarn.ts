import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryFolder } from '../cleanup/temporaryFolder.ts';

/**
 * The packages that a Yarn 2–4 lockfile holds as Yarn's own core reads it: locators (`lodash@npm:4.17.21`,
 * `@acme/log@workspace:packages/log`), sorted. Independent of our reader, and of the network.
 */
export async function packagesByYarn(lockfile: string): Promise<string[]> {
  const { Configuration, Project, structUtils } = await import('@yarnpkg/core');
  return withTemporaryFolder('core', async (folder) => {
    await writeFile(join(folder, 'package.json'), '{ "name": "slice", "private": true }');
    await writeFile(join(folder, 'yarn.lock'), lockfile);
    // A portable path is the path itself wherever Yarn's core and this check run: on POSIX systems.
    const path = folder as Parameters<typeof Configuration.find>[0];
    const none = { modules: new Map(), plugins: new Set<string>() };
    const configuration = await Configuration.find(path, none, { useRc: false, strict: false });
    const { project } = await Project.find(configuration, path);
    return [...project.originalPackages.values()].map((each) => structUtils.stringifyLocator(each)).sort();
  });
}
