import { inputFailure } from '../errors.ts';
import { once } from '../once.ts';
import { utf8Text } from '../utf8Text.ts';
import type { Project, Workspace, YarnSettings } from './project.ts';
import { linkedFolder, manifestPath, readManifest } from './readManifest.ts';
import { readYarn } from './readYarn.ts';
import type { Snapshot } from './snapshot.ts';
import { workspaceFolders } from './workspaceFolders.ts';

/**
 * The Yarn project in a snapshot. Rejects with exit status 2 where there is no package.json, no workspaces
 * or no yarn.lock, where a manifest cannot be parsed, two workspaces share a name, or Yarn is not supported.
 */
export async function readProject(snapshot: Snapshot): Promise<Project> {
  const root = await readManifest(snapshot, '');
  if (root === null)
    throw notFound(
      'package.json',
      'Run this in a Yarn monorepo, whose package.json stands in the root of its Git repository, or pass `--cwd`.',
    );
  if (globsOf(root).length === 0) throw noWorkspaces();
  const readingLockfile = once(() => {
    const reading = readLockfile(snapshot);
    reading.catch(() => undefined);
    return reading;
  });
  const workspaces = await readWorkspaces(snapshot, root, readingLockfile);
  const lockfile = await readingLockfile();
  if (lockfile === null) throw notFound('yarn.lock', 'Run `yarn install` and commit the lockfile.');
  const { text, oid } = lockfile;
  const yarn = await readYarn(snapshot, root, text);
  const linked =
    yarn.yarn.family === 'classic' ? await readLinked(snapshot, text) : new Map<string, Workspace>();
  const project = { root, workspaces, ...yarn, linked, lockfile: text };
  const members = [root, ...workspaces.values(), ...linked.values()];
  const structure = sharedStructure(members, `${oid} ${resolvingSettings(yarn.settings)}`);
  return { snapshot, ...project, structure };
}

/** The settings by which Yarn resolves other dependencies than manifests and packages name. */
function resolvingSettings({ packageExtensions, catalog, catalogs }: YarnSettings): string {
  return JSON.stringify([packageExtensions, catalog, catalogs]);
}

let lastStructures: { members: readonly Workspace[]; resolution: string; structure: object }[] = [];

/** Unchanged manifests are the same objects (`readManifest`). A run looks at a few commits: the last ones are kept. */
function sharedStructure(members: readonly Workspace[], resolution: string): object {
  const known = lastStructures.find(
    (last) =>
      last.resolution === resolution &&
      last.members.length === members.length &&
      last.members.every((workspace, index) => workspace === members[index]),
  );
  const structure = known?.structure ?? {};
  lastStructures = [
    { members, resolution, structure },
    ...lastStructures.filter((last) => last !== known),
  ].slice(0, 8);
  return structure;
}

let lastLockfiles: { oid: string; text: string }[] = [];

/** Two commits mostly have the same lockfile, of a megabyte: it is read once. */
async function readLockfile(snapshot: Snapshot): Promise<{ oid: string; text: string } | null> {
  const entry = await snapshot.entry('yarn.lock');
  if (entry === null || entry.mode === '040000' || entry.mode === '160000') return null;
  const known = lastLockfiles.find(({ oid }) => oid === entry.oid);
  if (known !== undefined) return known;
  const read = {
    oid: entry.oid,
    text: utf8Text(await snapshot.readObject(entry.oid)).replace(/^\uFEFF/, ''),
  };
  lastLockfiles = [read, ...lastLockfiles.slice(0, 3)];
  return read;
}

/**
 * `meanwhile` begins what takes long to read. Git answers in the order in which it is asked: that comes once the
 * first manifests are asked for.
 */
async function readWorkspaces(
  snapshot: Snapshot,
  root: Workspace,
  meanwhile: () => unknown,
): Promise<ReadonlyMap<string, Workspace>> {
  const byName = new Map<string, Workspace>([[root.name, root]]);
  const seen = new Set(['']);
  let parents = [root];
  while (parents.length > 0) {
    const folders = await Promise.all(
      parents.map((parent) => workspaceFolders(snapshot, globsOf(parent), parent.path)),
    );
    const fresh = [...new Set(folders.flat())].filter((folder) => !seen.has(folder));
    for (const folder of fresh) seen.add(folder);
    // All folders before the first file: a partial clone fetches what is asked for at once.
    if (snapshot.readIn === undefined) await Promise.all(fresh.map((folder) => snapshot.children(folder)));
    const asked = fresh.map((folder) => readManifest(snapshot, folder));
    meanwhile();
    const found = await Promise.all(asked);
    parents = found.filter((workspace) => workspace !== null);
    for (const workspace of parents) addWorkspace(byName, workspace);
  }
  byName.delete(root.name);
  return byName;
}

/** The manifests of the folders that a Yarn 1 lockfile names by `link:`, which stand in it from the root of the repo. */
async function readLinked(snapshot: Snapshot, lockfile: string): Promise<ReadonlyMap<string, Workspace>> {
  const paths = [...lockfile.matchAll(/@link:([^"\s,:]+|[^",\n]+(?="))/g)].map(([, path = '']) =>
    linkedFolder(path),
  );
  const inRepo = [...new Set(paths)].filter((path) => !/^(\.\.|\/)/.test(path));
  const found = await Promise.all(inRepo.map((path) => readManifest(snapshot, path)));
  return new Map(found.flatMap((folder) => (folder === null ? [] : [[folder.path, folder]])));
}

function globsOf(workspace: Workspace): string[] {
  const { workspaces } = workspace.packageManifest;
  return Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []);
}

function addWorkspace(byName: Map<string, Workspace>, workspace: Workspace): void {
  const twin = byName.get(workspace.name);
  if (twin !== undefined) {
    throw inputFailure({
      reason: 'workspace-name-twice',
      message: `${manifestPath(twin)} and ${manifestPath(workspace)} have the same name, ${workspace.name}.`,
      hint: 'Rename one of them, or take it out of `workspaces`.',
      at: { file: manifestPath(workspace) },
    });
  }
  byName.set(workspace.name, workspace);
}

function notFound(file: string, hint: string) {
  return inputFailure({
    reason: `no-${file.replace(/\W/g, '-')}`,
    message: `There is no ${file} in the root of the repo.`,
    hint,
    at: { file },
  });
}

function noWorkspaces() {
  return inputFailure({
    reason: 'no-workspaces',
    message: 'package.json names no `workspaces`, so there is nothing to tell apart.',
    hint: 'Add for instance `"workspaces": ["packages/*", "services/*"]` to package.json.',
    at: { file: 'package.json', line: 1 },
  });
}
