import { configFileNames } from '../config/loadConfig.ts';
import { oncePer } from '../oncePer.ts';
import { namedByYarn } from '../workspace/contents/namedByYarn.ts';
import type { Project } from '../workspace/project.ts';
import { isPlainFile } from './plainFiles.ts';
import { reachedByPath } from './reachedByPath.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Files in the root that are in every image or, where nothing else names them, in none. */
const sure = new Set([
  ...configFileNames,
  '.nvmrc',
  '.node-version',
  '.dockerignore',
  'Dockerfile.template',
  '.yarnrc.yml',
]);

/** Those of a list's paths that may be in any image; of a workspace's own files its image says which. */
export const doubtfulIn = oncePer(async (project: Project) => {
  const named = (await namedByYarn(project)).map(({ path }) => path);
  const ownerOf = workspaceOwner(project);
  const isInInstalls = (path: string) =>
    named.some((place) => path === place || path.startsWith(`${place}/`));
  /** Such a file counts for no commit, but deeper than a workspace's own it is a source. */
  const isDeepChangelog = (path: string) => {
    const folder = path.endsWith('/CHANGELOG.md') ? ownerOf(path)?.path : undefined;
    return folder !== undefined && path !== `${folder}/CHANGELOG.md`;
  };
  return oncePer((paths: readonly string[]): readonly string[] | 'all' => {
    if (paths.some((path) => isInInstalls(path) || isDeepChangelog(path))) return 'all';
    if (reachedByPath(project, new Set(paths))) return 'all';
    return paths.filter((path) => !isPlainFile(path) && !manifestOrLockfile.test(path) && !sure.has(path));
  });
});

const manifestOrLockfile = /(^|\/)(package\.json|yarn\.lock)$/;
