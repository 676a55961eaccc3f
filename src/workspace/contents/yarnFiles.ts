import { posix } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { oncePer } from '../../oncePer.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { ContextPart } from '../contextContents.ts';
import { checkDependencies, checkFields } from '../lockfile/checkFields.ts';
import type { LockfileSlice } from '../lockfile/lockfileSlice.ts';
import type { Project } from '../project.ts';
import { readManifest } from '../readManifest.ts';
import { compareBytes, type Snapshot } from '../snapshot.ts';
import { filesPart } from './contextPart.ts';
import { namedByYarn } from './namedByYarn.ts';
import { fileOrFolder } from './rootFiles.ts';
import { checkFiles } from './sourceFiles.ts';
import { checkClientKeys } from './yarnSettings.ts';
import { archiveFiles } from './zeroInstall.ts';

/**
 * Committed files that an immutable install of a slice reads, beside manifests and lockfile: those of all slices, patches,
 * and folders and archives that `file:`, `portal:` and `patch:` lead to. The same list where it is the same for all.
 * Rejects where one is missing.
 */
export async function yarnFiles(project: Project, slice: LockfileSlice): Promise<readonly FileEntry[]> {
  const { snapshot } = project;
  const shared = await sharedYarnFiles(project);
  const files = await archiveFiles(project, slice);
  for (const path of patchPaths(slice))
    files.push(...(await present(snapshot, path, 'the patch', 'yarn.lock')));
  for (const path of packedPaths(slice))
    files.push(...(await present(snapshot, path, 'the dependency', 'yarn.lock')));
  await checkLocalFolders(project, slice);
  if (files.length === 0) return shared;
  await checkFiles(snapshot, files);
  return inOrder([...shared, ...files]);
}

/**
 * What of those every slice has: Yarn's settings, CA bundles, release and plugins. Rejects where one is missing, or
 * cannot stand in a layer.
 */
export const sharedYarnFiles: (project: Project) => Promise<readonly FileEntry[]> = oncePer(findSharedFiles);

async function findSharedFiles(project: Project): Promise<readonly FileEntry[]> {
  const { snapshot } = project;
  checkClientKeys(project);
  const settings = project.yarn.family === 'classic' ? ['.yarnrc', '.npmrc'] : ['.yarnrc.yml'];
  const [settingsFile = ''] = settings;
  const files: FileEntry[] = [];
  for (const name of settings) files.push(...(await fileOrFolder(snapshot, name)));
  for (const { path, what } of await namedByYarn(project))
    files.push(...(await present(snapshot, path, what, settingsFile)));
  await checkFiles(snapshot, files);
  return inOrder(files);
}

/** By path, each once. */
function inOrder(files: readonly FileEntry[]): FileEntry[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [...byPath.values()].sort((a, b) => compareBytes(a.path, b.path));
}

/** `patch:<source>#<path>&<path>::version=…&locator=…`; `builtin<…>` patches are inside Yarn. */
function patchPaths(slice: LockfileSlice): string[] {
  return slice.localPackages().flatMap(({ reference }) => {
    if (!reference.startsWith('patch:')) return [];
    const [, selector = '', parameters = ''] = /^patch:[^#]*#(.*?)(?:::(.*))?$/.exec(reference) ?? [];
    return selector
      .split('&')
      .map((path) => path.replace(/^optional!/, '').replace(/^~(?=builtin<)/, ''))
      .filter((path) => path !== '' && !path.startsWith('builtin<'))
      .map((path) => (path.startsWith('~/') ? path.slice(2) : fromLocator(path, parameters)));
  });
}

/** `file:<path>#<path>::hash=…&locator=…`: what Yarn packs or unpacks at install. */
function packedPaths(slice: LockfileSlice): string[] {
  return slice
    .localPackages()
    .flatMap(({ reference }) => (reference.startsWith('file:') ? (pathIn(reference) ?? []) : []));
}

/** Manifests of folders that `portal:` and `link:` lead to and that are no workspaces. Rejects where a portal's is missing. */
export async function packedManifests(
  project: Project,
  slice: LockfileSlice,
  committed: ReadonlySet<string>,
): Promise<ContextPart[]> {
  const linked = linkedFolders(slice);
  if (linked.length === 0) return [];
  const folders = new Set([...project.workspaces.values()].map(({ path }) => path));
  const wanted = linked
    .filter(({ path }) => !folders.has(path))
    .map(({ kind, path }) => ({ kind, path: `${path}/package.json` }))
    .filter(({ path }) => !committed.has(path));
  const found = await Promise.all(
    wanted.map(({ kind, path }) =>
      // A link may lead to what a build makes.
      kind === 'portal'
        ? present(project.snapshot, path, 'the dependency', 'yarn.lock')
        : fileOrFolder(project.snapshot, path),
    ),
  );
  return found.map((files) => filesPart(files));
}

/** Refuses a lockfile that says other things of a `portal:` or `file:` folder than the manifest in it. */
async function checkLocalFolders(project: Project, slice: LockfileSlice): Promise<void> {
  for (const { reference, body, dependencies } of slice.localPackages()) {
    const folder = pathIn(reference);
    if (folder === null || body === null) continue;
    const found = folder.startsWith('..') ? null : await readManifest(project.snapshot, folder);
    if (found === null) continue;
    checkDependencies(found, dependencies);
    checkFields(found, body);
  }
}

/** Folders that `portal:` and `link:` lead to, in the repo: present when the service runs. */
export function linkedPaths(slice: LockfileSlice): string[] {
  return linkedFolders(slice).map(({ path }) => path);
}

function linkedFolders(slice: LockfileSlice): { kind: string; path: string }[] {
  return slice.localPackages().flatMap(({ reference }) => {
    const [, kind = '', path, parameters = ''] = /^(portal|link):([^#]*?)(?:::(.*))?$/.exec(reference) ?? [];
    return path === undefined ? [] : [{ kind, path: fromLocator(decodeURIComponent(path), parameters) }];
  });
}

/** The path in the repo that a `portal:` or `file:` reference names; null: it is another one. */
function pathIn(reference: string): string | null {
  const [, path, parameters = ''] = /^(?:portal|file):([^#]*?)(?:#.*?)?(?:::(.*))?$/.exec(reference) ?? [];
  return path === undefined ? null : fromLocator(decodeURIComponent(path), parameters);
}

/** A path beside the workspace that `locator=` names. */
function fromLocator(path: string, parameters: string): string {
  const locator = new URLSearchParams(parameters).get('locator') ?? '';
  const [, folder = '.'] = /@workspace:(.*)$/.exec(locator) ?? [];
  return posix.normalize(posix.join(folder, path)).replace(/\/$/, '');
}

async function present(
  snapshot: Snapshot,
  path: string,
  what: string,
  file: string,
): Promise<readonly FileEntry[]> {
  const found = path.startsWith('..') ? [] : await fileOrFolder(snapshot, path);
  if (found.length > 0) return found;
  throw inputFailure({
    reason: 'yarn-file-missing',
    message: `${file} needs ${what} ${path}, which is not committed.`,
    hint: 'Commit it, or take it out and run `yarn install`.',
    at: { file },
  });
}
