import { posix } from 'node:path';
import micromatch from 'micromatch';
import { configFileNames } from '../config/loadConfig.ts';
import type { Config } from '../config/settings.ts';
import { covers } from '../workspace/contents/copiedFiles.ts';
import { copySources } from '../workspace/contents/copySources.ts';
import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { installScriptFiles } from '../workspace/contents/installScriptFiles.ts';
import { everyInstallScript, hasInstallScripts } from '../workspace/contents/installScripts.ts';
import { namedByYarn } from '../workspace/contents/namedByYarn.ts';
import { archiveFolder } from '../workspace/contents/zeroInstall.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { LockfileReach } from './lockfileReach.ts';
import type { ManifestEdits } from './manifestEdits.ts';
import { namingGone } from './namingGone.ts';
import { isPlainFile } from './plainFiles.ts';
import { isReached, type Reached, reachedBy } from './reached.ts';
import { reachedByPath } from './reachedByPath.ts';
import type { RootEdits } from './rootEdits/rootEdits.ts';
import { tsconfigUsers } from './tsconfigUsers.ts';
import { workspaceOwner } from './workspaceOwner.ts';

export interface ChangedTree {
  project: Project;
  config: Config;
  services: readonly Service[];
  /** Paths that differ from the other tree. */
  changed: ReadonlySet<string>;
  /** The other tree. */
  before(): Promise<Snapshot>;
  /** Whom the edits of `yarn.lock` reach, where there are any; null: everyone. */
  lockfileReach(): Promise<LockfileReach | null>;
  manifestEdits(): Promise<ManifestEdits>;
  rootEdits(): Promise<RootEdits>;
}

/**
 * Tells from the changed paths alone which services cannot differ from another tree: false is certain, true
 * means that contexts have to be compared. No context is described for this, so its cost does not grow with
 * the services.
 */
export async function mayDiffer(
  tree: ChangedTree,
): Promise<(service: Service) => boolean | Promise<boolean>> {
  const { project, changed } = tree;
  const owner = workspaceOwner(project);
  const dockerfiles = configuredDockerfiles(tree);
  const archives = await archiveFolder(project);
  const named = (await namedByYarn(project)).map(({ path }) => path);
  const inInstalls = archives === null ? named : [...named, archives];
  const isForAll = (path: string) =>
    dockerfiles.has(path) ||
    inInstalls.some((place) => path === place || path.startsWith(`${place}/`)) ||
    (path.endsWith('.dockerignore') && owner(path) === null) ||
    shapesEveryImage(path, tree.config);
  const { harmless } = await tree.manifestEdits();
  const roots = await tree.rootEdits();
  const counting = new Set([...changed].filter((path) => !harmless.has(path) && !roots.understood.has(path)));
  if ([...counting].some(isForAll) || reachedByPath(project, changed)) return () => true;
  if (await calledByInstalls(project, changed)) return () => true;
  const users = [...(await tsconfigUsers(tree)), ...(await namingGone(tree))];
  const edits = await tree.lockfileReach();
  if (edits === null) return () => true;
  const inSlice = edits.workspaces;
  const copying = await copyingServices(tree);
  const widely = reached(project, counting, () => false, { users, inSlice });
  const reachedUnder = new Map<string, Reached>();
  return async (service) => {
    if (inputsChanged(service, changed) || copying.has(service) || service.path === '') return true;
    if ((await roots.verdict(service)) !== 'same') return true;
    // It may take manifests as they are.
    if (harmless.size > 0 && (await dockerfileOf(project, service)).kind === 'own') return true;
    if (!isReached(service, widely)) return false;
    const { origin } = await dockerfileOf(project, service);
    const { key, ignores } = await readIgnoreRules(project.snapshot, service, origin);
    const found = reachedUnder.get(key) ?? reached(project, counting, ignores, { users, inSlice });
    reachedUnder.set(key, found);
    return isReached(service, found);
  };
}

/** Workspaces with a changed file that is not left out, and all that need one of them. */
function reached(
  project: Project,
  changed: ReadonlySet<string>,
  isLeftOut: (path: string) => boolean,
  more: { users: readonly Workspace[]; inSlice: Iterable<Workspace> },
): Reached {
  const kept = [...changed].filter((path) => !isPlainFile(path) || !isLeftOut(path));
  const touched = touchedWorkspaces(kept, workspaceOwner(project));
  for (const workspace of more.users) touched.add(workspace);
  return reachedBy(project, touched, more.inSlice);
}

/** A package.json that came or went also takes its folder from the workspace around it, or gives it back. */
function touchedWorkspaces(
  changed: Iterable<string>,
  owner: ReturnType<typeof workspaceOwner>,
): Set<Workspace> {
  const touched = new Set<Workspace>();
  for (const path of changed) {
    const around = path.endsWith('/package.json') ? owner(path.slice(0, -'/package.json'.length)) : null;
    for (const workspace of [owner(path), around]) if (workspace !== null) touched.add(workspace);
  }
  return touched;
}

/** Files in the root whose edits `rootEdits` judges. */
const judgedFiles = [...configFileNames, '.nvmrc', 'Dockerfile.template', '.dockerignore', '.yarnrc.yml'];

export function isJudged(path: string): boolean {
  return judgedFiles.includes(path);
}

/** Files in the root that may shape every image. */
const rootFiles = new Set([...judgedFiles, ...['package.json', '.yarnrc', '.npmrc', '.node-version']]);

function shapesEveryImage(path: string, { file }: Config): boolean {
  return (
    rootFiles.has(path) ||
    path.startsWith('.yarn/') ||
    // What it extends may stand anywhere.
    (file.extends !== undefined && /\.(ya?ml|json)$/.test(path))
  );
}

/** Dockerfiles that the configuration names, which may stand in another workspace's folder, and their ignore files. */
function configuredDockerfiles({ services }: ChangedTree): Set<string> {
  const files = services
    .flatMap(({ settings }) => settings.dockerfile ?? [])
    .map((file) => posix.normalize(file));
  return new Set(files.flatMap((file) => [file, `${file}.dockerignore`]));
}

/** Services whose own Dockerfile copies a changed file, wherever it stands. */
async function copyingServices({ project, services, changed }: ChangedTree): Promise<Set<Service>> {
  const copying = await Promise.all(
    services.map(async (service) => {
      const dockerfile = await dockerfileOf(project, service);
      if (dockerfile.kind === 'template') return false;
      const sources = copySources(dockerfile.text, service.settings.buildArguments).filter(
        ({ path }) => path !== '',
      );
      return sources.some((source) => [...changed].some((path) => covers(source.path, path)));
    }),
  );
  return new Set(services.filter((_, index) => copying[index]));
}

/** Whether an install script may run or read a changed file; where it is gone, nothing tells any more who did. */
async function calledByInstalls(
  { snapshot, root, workspaces }: Project,
  changed: ReadonlySet<string>,
): Promise<boolean> {
  const calling = [root, ...workspaces.values()]
    .filter(hasInstallScripts)
    .map((workspace) => ({ workspace, scripts: everyInstallScript(workspace) }));
  if (calling.length === 0) return false;
  const entries = await Promise.all([...changed].map((path) => snapshot.entry(path)));
  if (entries.includes(null)) return true;
  const called = await Promise.all(
    calling.map(({ workspace, scripts }) => installScriptFiles(snapshot, workspace, scripts)),
  );
  return called.flat().some(({ path }) => changed.has(path));
}

function inputsChanged({ settings }: Service, changed: ReadonlySet<string>): boolean {
  return [...settings.inputs, ...settings.installFiles].some((input) => {
    const glob = input.replace(/^(\.?\/)+/, '').replace(/\/$/, '');
    return [...changed].some(
      (path) => path.startsWith(`${glob}/`) || micromatch.isMatch(path, glob, { dot: true }),
    );
  });
}
