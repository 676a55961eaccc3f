import { once } from '../once.ts';
import { oncePer } from '../oncePer.ts';
import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { hasInstallScripts } from '../workspace/contents/installScripts.ts';
import { isSource } from '../workspace/contents/sourceFiles.ts';
import { globMatcher } from '../workspace/globMatcher.ts';
import { hasBuildScript } from '../workspace/hasBuildScript.ts';
import type { Project } from '../workspace/project.ts';
import { manifestPath } from '../workspace/readManifest.ts';
import type { Service } from '../workspace/service.ts';
import { doubtfulIn } from './doubtfulPaths.ts';
import { namedClosure } from './namedClosure.ts';
import { packagesByReach } from './packagesByReach.ts';
import { pathsAmong } from './pathsAmong.ts';
import type { ServiceView } from './serviceView.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** A service whose context is not described. */
export interface Outline extends ServiceView {
  /**
   * Whether what it says of paths is certain, where each is a regular file or none: a tsconfig that others extend, or what
   * installs read, may be in an image wherever it stands.
   */
  tells(paths: readonly string[]): boolean;
}

/**
 * What a template's image holds, told from the workspaces that the service needs and the ignore rules. Null where more
 * than these decides: a Dockerfile of the service's own, `inputs`, scripts that installs run, a service in the root.
 */
export async function outlineOf(project: Project, service: Service): Promise<Outline | null> {
  const { inputs, installFiles } = service.settings;
  if (service.path === '' || inputs.length + installFiles.length > 0) return null;
  const { kind, origin } = await dockerfileOf(project, service);
  const workspaces = kind === 'own' ? null : namedClosure(project, service);
  if (workspaces === null || [project.root, ...workspaces].some(hasInstallScripts)) return null;
  const { ignores } = await readIgnoreRules(project.snapshot, service, origin);
  const [doubtful, installed] = [await doubtfulIn(project), await installedIn(project)];
  const kinds = [...workspaces].some(hasBuildScript)
    ? (['runtime', 'build'] as const)
    : (['runtime'] as const);
  const ignored = globMatcher(service.settings.ignoreDependencies);
  const scopes = kinds.map((kind) => ({ development: kind === 'build', ignored }));
  const packages = once(() => packagesByReach(project, service.workspace, scopes));
  const folders = new Set([...workspaces].map(({ path }) => path));
  const ownerOf = workspaceOwner(project);
  const owner = (path: string) => {
    const workspace = ownerOf(path);
    return workspace !== null && folders.has(workspace.path) ? workspace : null;
  };
  const isInstalled = (path: string) => {
    const workspace = owner(path);
    return workspace === null ? installed.has(path) : path === manifestPath(workspace);
  };
  const holds = (path: string) => {
    const workspace = owner(path);
    return isInstalled(path) || (workspace !== null && isSource(workspace, path) && !ignores(path));
  };
  const view = { project, folders };
  return {
    ...view,
    service,
    dockerfile: origin,
    shape: 'layers',
    get packages() {
      return packages();
    },
    apart: installed,
    holds,
    heldAmong: (paths) => pathsAmong(paths, [view], installed).filter(holds),
    installedAmong: (paths) => pathsAmong(paths, [view], installed).filter(isInstalled),
    tells(paths) {
      const asked = doubtful(paths);
      return asked !== 'all' && asked.every((path) => owner(path) !== null);
    },
  };
}

/** What every install has from outside the workspaces, but for what may be in any image. */
const installedIn = oncePer(async ({ snapshot }: Project): Promise<ReadonlySet<string>> => {
  const settings = await snapshot.entry('.yarnrc.yml');
  return new Set(['package.json', 'yarn.lock', ...(settings === null ? [] : ['.yarnrc.yml'])]);
});
