import { groupedBy } from '../groupedBy.ts';
import { once } from '../once.ts';
import { oncePer } from '../oncePer.ts';
import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { type IgnoreRules, readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { hasInstallScripts } from '../workspace/contents/installScripts.ts';
import { isSource } from '../workspace/contents/sourceFiles.ts';
import { hasBuildScript } from '../workspace/hasBuildScript.ts';
import type { Project } from '../workspace/project.ts';
import { manifestPath } from '../workspace/readManifest.ts';
import type { Service } from '../workspace/service.ts';
import { doubtfulIn, namesFiles } from './doubtfulPaths.ts';
import { namedClosure } from './namedClosure.ts';
import { packagesOf } from './packagesOf.ts';
import type { ServiceView } from './serviceView.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** A service whose context is not described. */
export interface Outline extends ServiceView {
  /** Whether something is built for it. */
  builds: boolean;
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
  if (namesFiles(service)) return null;
  const { kind, origin } = await dockerfileOf(project, service);
  const workspaces = kind === 'own' ? null : namedClosure(project, service);
  if (workspaces === null || [project.root, ...workspaces].some(hasInstallScripts)) return null;
  const rules = await readIgnoreRules(project.snapshot, service, origin);
  const [doubtful, held] = [await doubtfulIn(project), (await heldIn(project))(rules)];
  const builds = [...workspaces].some(hasBuildScript);
  const kinds = builds ? (['runtime', 'build'] as const) : (['runtime'] as const);
  const packages = once(() => packagesOf(project, service, kinds));
  const folders = new Set([...workspaces].map(({ path }) => path));
  const places = [everywhere, ...folders];
  const owner = workspaceOwner(project);
  const heldAmong = (paths: readonly string[]) => {
    const byPlace = held.byPlace(paths);
    return places.flatMap((place) => byPlace.get(place) ?? []);
  };
  return {
    project,
    service,
    dockerfile: origin,
    shape: 'layers',
    builds,
    get packages() {
      return packages();
    },
    folders,
    apart: held.apart,
    holds(path) {
      const place = held.placeOf(path);
      return place === everywhere || (place !== null && folders.has(place));
    },
    heldAmong,
    installedAmong: (paths) => heldAmong(paths).filter(held.isInstalled),
    tells(paths) {
      const asked = doubtful(paths);
      return asked !== 'all' && asked.every((path) => folders.has(owner(path)?.path ?? everywhere));
    },
  };
}

/** Stands for all images, where others name the folder of the workspace that they have. */
const everywhere = '';

/** Files of a tree that are in images under some ignore rules, but for those that may be in any. */
interface HeldFiles {
  /** The workspace's folder with which an image has a file, or `everywhere`; null: it is in none. */
  placeOf(path: string): string | null;
  /** A list's paths, by place. */
  byPlace(paths: readonly string[]): ReadonlyMap<string, readonly string[]>;
  /** Whether installs read a file that is in an image. */
  isInstalled(path: string): boolean;
  /** Those that are everywhere. */
  apart: ReadonlySet<string>;
}

const heldIn = oncePer(async (project: Project) => {
  const settings = await project.snapshot.entry('.yarnrc.yml');
  const apart = new Set(['package.json', 'yarn.lock', ...(settings === null ? [] : ['.yarnrc.yml'])]);
  const known = new Map<IgnoreRules['key'], HeldFiles>();
  return (rules: IgnoreRules): HeldFiles => {
    const held = known.get(rules.key) ?? heldUnder(project, apart, rules);
    known.set(rules.key, held);
    return held;
  };
});

function heldUnder(project: Project, apart: ReadonlySet<string>, rules: IgnoreRules): HeldFiles {
  const owner = workspaceOwner(project);
  const isInstalled = (path: string) => {
    const workspace = owner(path);
    return workspace === null ? apart.has(path) : path === manifestPath(workspace);
  };
  const placeOf = (path: string) => {
    const workspace = owner(path);
    if (workspace === null) return apart.has(path) ? everywhere : null;
    const isHeld = isInstalled(path) || (isSource(workspace, path) && !rules.ignores(path));
    return isHeld ? workspace.path : null;
  };
  const byPlace = oncePer((paths: readonly string[]) => groupedBy(paths, placeOf));
  return { placeOf, byPlace, isInstalled, apart };
}
