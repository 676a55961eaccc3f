import { posix } from 'node:path';
import micromatch from 'micromatch';
import type { Config } from '../config/settings.ts';
import { covers } from '../workspace/contents/copiedFiles.ts';
import { copySources } from '../workspace/contents/copySources.ts';
import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { installScriptFiles } from '../workspace/contents/installScriptFiles.ts';
import { everyInstallScript } from '../workspace/contents/installScripts.ts';
import { isTsconfig, tsconfigChain, withoutComments } from '../workspace/contents/tsconfigChain.ts';
import { archiveFolder } from '../workspace/contents/zeroInstall.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { isPlainFile } from './plainFiles.ts';
import { workspaceDependents } from './workspaceDependents.ts';
import { workspaceOwner } from './workspaceOwner.ts';

export interface ChangedTree {
  project: Project;
  config: Config;
  services: readonly Service[];
  /** Paths that differ from the other tree. */
  changed: ReadonlySet<string>;
  /** The other tree. */
  before(): Promise<Snapshot>;
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
  const isForAll = (path: string) =>
    dockerfiles.has(path) ||
    path.startsWith(`${archives}/`) ||
    (path.endsWith('.dockerignore') && owner(path) === null) ||
    shapesEveryImage(path, tree.config);
  if ([...changed].some(isForAll) || reachedByPath(project, changed)) return () => true;
  if (await calledByInstalls(project, changed)) return () => true;
  const users = await tsconfigUsers(tree);
  const inSlice = changed.has('yarn.lock') ? await reachingLockfile(tree) : [];
  if (inSlice === null) return () => true;
  const copying = await copyingServices(tree);
  const isReached = (service: Service, found: Reached) =>
    found === 'everyone' || found.has(service.workspace);
  const widely = reached(tree, () => false, { users, inSlice });
  const reachedUnder = new Map<string, Reached>();
  return async (service) => {
    if (inputsChanged(service, changed) || copying.has(service) || service.path === '') return true;
    if (!isReached(service, widely)) return false;
    const { origin } = await dockerfileOf(project, service);
    const { key, ignores } = await readIgnoreRules(project.snapshot, service, origin);
    const found = reachedUnder.get(key) ?? reached(tree, ignores, { users, inSlice });
    reachedUnder.set(key, found);
    return isReached(service, found);
  };
}

type Reached = ReadonlySet<Workspace> | 'everyone';

/** Workspaces with a changed file that is not left out, and all that need one of them. */
function reached(
  { project, changed }: ChangedTree,
  isLeftOut: (path: string) => boolean,
  more: { users: readonly Workspace[]; inSlice: Iterable<Workspace> },
): Reached {
  const kept = [...changed].filter((path) => !isPlainFile(path) || !isLeftOut(path));
  const touched = touchedWorkspaces(kept, workspaceOwner(project));
  for (const workspace of more.users) touched.add(workspace);
  const found = workspaceDependents(project, touched);
  for (const workspace of more.inSlice) found.add(workspace);
  const isForAll =
    found.has(project.root) || [...touched].some((workspace) => neededByThirdParty(project, workspace));
  return isForAll ? 'everyone' : found;
}

/** Loads what reads lockfiles only where one was edited. */
async function reachingLockfile({ project, services, before }: ChangedTree): Promise<Set<Workspace> | null> {
  const { lockfileReach } = await import('./lockfileReach.ts');
  const lockfile = await (await before()).read('yarn.lock');
  return lockfileReach(project, lockfile?.toString('utf8') ?? '', ignoredByAll(services));
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

/** Files in the root that may shape every image. */
const rootFiles = new Set([
  ...['package.json', '.yarnrc', '.yarnrc.yml', '.npmrc', '.nvmrc', '.node-version'],
  ...['shipyarn.yaml', 'shipyarn.yml', 'Dockerfile.template', '.dockerignore'],
]);

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

/**
 * Whether a changed path may be a patch, archive or folder that an install reads. Compared by the last part of
 * what the lockfile names, for a reference may be relative to any workspace.
 */
function reachedByPath(project: Project, changed: ReadonlySet<string>): boolean {
  const resolutions = Object.values(project.root.packageManifest.resolutions ?? {});
  const plugins = (project.settings.plugins ?? []).flatMap((plugin) =>
    typeof plugin === 'string' ? plugin : (plugin.path ?? []),
  );
  const references = [
    ...resolutions,
    ...(project.lockfile.match(/(?:patch|file|portal|link):[^"\n]+/g) ?? []),
  ];
  const parts = new Set([...plugins, ...references.flatMap(referencedPaths)].map(lastPart));
  return parts.size > 0 && [...changed].some((path) => path.split('/').some((part) => parts.has(part)));
}

/** `patch:<source>#<path>&<path>::…` and `file:<path>#…::…`; built-in patches stand in no file. */
function referencedPaths(reference: string): string[] {
  const [, protocol, target = ''] = /^(patch|file|portal|link):(.*?)(?:::.*)?$/.exec(reference) ?? [];
  if (protocol === undefined) return [];
  const paths = protocol === 'patch' ? (target.split('#')[1] ?? '').split('&') : [target.split('#')[0] ?? ''];
  return paths.filter((path) => !path.includes('builtin<'));
}

function lastPart(path: string): string {
  return decodeURIComponent(path).replace(/\/$/, '').split('/').at(-1) ?? '';
}

/** Names that a tsconfig may be extended by: other changes need no look at the chains. */
const tsconfigName = /(\.jsonc?|(^|\/)[^/.]+|(^|\/)[^/]*tsconfig[^/]*)$/;

/**
 * Workspaces whose tsconfig files reach a changed file outside their own folder; all of them where such a file
 * is gone, for then nothing tells any more who reached it.
 */
async function tsconfigUsers({ project, changed, before }: ChangedTree): Promise<Workspace[]> {
  const { snapshot, workspaces } = project;
  const all = [...workspaces.values()];
  const named = [...changed].filter((path) => tsconfigName.test(path) && !path.endsWith('/package.json'));
  const candidates = await filtered(
    named,
    async (path) => (await mayBeTsconfig(snapshot, path)) || mayBeTsconfig(await before(), path),
  );
  if (candidates.length === 0) return [];
  const entries = await Promise.all(candidates.map((path) => snapshot.entry(path)));
  if (entries.includes(null)) return all;
  return filtered(all, async ({ path }) => {
    const files = await snapshot.files(path);
    const starts = files.flatMap((file) => (isTsconfig(file.path) ? file.path : []));
    return (await tsconfigChain(snapshot, starts)).some((file) => changed.has(file.path));
  });
}

async function filtered<T>(list: readonly T[], fits: (each: T) => Promise<boolean>): Promise<T[]> {
  const found = await Promise.all(list.map(fits));
  return list.filter((_, index) => found[index]);
}

/** An object that says nothing may be extended, too; other data may not (https://www.typescriptlang.org/tsconfig). */
async function mayBeTsconfig(snapshot: Snapshot, path: string): Promise<boolean> {
  const entry = await snapshot.entry(path);
  if (entry === null || entry.mode === '040000' || entry.mode === '160000') return false;
  const content = await snapshot.openObject(entry.oid);
  if (!Buffer.isBuffer(content)) return false;
  const text = withoutComments(content.toString('utf8'));
  return /^\s*\{/.test(text) && (!/"\s*:/.test(text) || tsconfigKey.test(text));
}

const tsconfigKey =
  /"(extends|compilerOptions|files|include|exclude|references|watchOptions|typeAcquisition|compileOnSave|display|\$schema)"\s*:/;

function ignoredByAll(services: readonly Service[]): (packageName: string) => boolean {
  const lists = new Map(
    services.map(({ settings: { ignoreDependencies: list } }) => [list.join('\n'), list]),
  );
  const known = new Map<string, boolean>();
  return (name) => {
    const ignored =
      known.get(name) ?? [...lists.values()].every((list) => micromatch.isMatch(name, [...list]));
    known.set(name, ignored);
    return ignored;
  };
}

/** The lockfile is searched through for each workspace. */
const thirdPartyNeeds = new WeakMap<Project, Map<Workspace, boolean>>();

/** Whether a third-party package has the workspace among its dependencies: then it may stand in any slice. */
function neededByThirdParty(project: Project, workspace: Workspace): boolean {
  const known = thirdPartyNeeds.get(project) ?? new Map<Workspace, boolean>();
  thirdPartyNeeds.set(project, known);
  const needed = known.get(workspace) ?? isNeededByThirdParty(project, workspace);
  known.set(workspace, needed);
  return needed;
}

function isNeededByThirdParty({ lockfile, yarn }: Project, { name }: Workspace): boolean {
  for (const line of [`\n    "${name}"`, `\n    ${name}`]) {
    for (let at = lockfile.indexOf(line); at !== -1; at = lockfile.indexOf(line, at + 1)) {
      const end = lockfile.indexOf('\n\n', at);
      const rest = lockfile.slice(at, end === -1 ? undefined : end);
      if (yarn.family === 'classic' || /\n {2}linkType: hard/.test(rest)) return true;
    }
  }
  return false;
}

/** Services whose own Dockerfile copies a changed file, wherever it stands. */
async function copyingServices({ project, services, changed }: ChangedTree): Promise<Set<Service>> {
  const copying = await Promise.all(
    services.map(async (service) => {
      const { kind, text } = await dockerfileOf(project, service);
      if (kind === 'template') return false;
      const sources = copySources(text, service.settings.buildArguments).filter(({ path }) => path !== '');
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
    .map((workspace) => ({ workspace, scripts: everyInstallScript(workspace) }))
    .filter(({ scripts }) => Object.keys(scripts).length > 0);
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
