import { configFileNames } from '../config/loadConfig.ts';
import { oncePer } from '../oncePer.ts';
import { hasInstallScripts } from '../workspace/contents/installScripts.ts';
import { namedByYarn } from '../workspace/contents/namedByYarn.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
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

/** Whether files are in images with the sources of their workspaces, if at all, and no install runs or reads them. */
export async function areFilesAlone(project: Project, paths: readonly string[]): Promise<boolean> {
  if ([project.root, ...project.workspaces.values()].some(hasInstallScripts)) return false;
  return (await doubtfulIn(project))(paths).length === 0;
}

/** Whether a service's image may hold files apart from the workspaces that it needs: as it says, or in the root. */
export function namesFiles({ path, settings }: Service): boolean {
  return path === '' || settings.inputs.length + settings.installFiles.length > 0;
}

const manifestOrLockfile = /(^|\/)(package\.json|yarn\.lock)$/;
