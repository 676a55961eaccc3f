import { inputFailure } from '../errors.ts';
import type { Project, Workspace } from './project.ts';
import { manifestPath, readManifest } from './readManifest.ts';
import { readYarn } from './readYarn.ts';
import type { Snapshot } from './snapshot.ts';
import { workspaceFolders } from './workspaceFolders.ts';

/**
 * The Yarn project in a snapshot. Rejects with exit status 2 where there is no package.json, no workspaces
 * or no yarn.lock, where a manifest cannot be parsed, two workspaces share a name, or Yarn is not supported.
 */
export async function readProject(snapshot: Snapshot): Promise<Project> {
  const root = await readManifest(snapshot, '');
  if (root === null) throw notFound('package.json', 'Run this inside a Yarn monorepo, or pass `--cwd`.');
  if (globsOf(root).length === 0) throw noWorkspaces();
  const [workspaces, lockfile] = await Promise.all([
    readWorkspaces(snapshot, root),
    snapshot.read('yarn.lock'),
  ]);
  if (lockfile === null) throw notFound('yarn.lock', 'Run `yarn install` and commit the lockfile.');
  const text = lockfile.toString('utf8');
  return { snapshot, root, workspaces, ...(await readYarn(snapshot, root, text)), lockfile: text };
}

async function readWorkspaces(snapshot: Snapshot, root: Workspace): Promise<ReadonlyMap<string, Workspace>> {
  const byName = new Map<string, Workspace>([[root.name, root]]);
  const seen = new Set(['']);
  let parents = [root];
  while (parents.length > 0) {
    const folders = await Promise.all(
      parents.map((parent) => workspaceFolders(snapshot, globsOf(parent), parent.path)),
    );
    const fresh = [...new Set(folders.flat())].filter((folder) => !seen.has(folder));
    for (const folder of fresh) seen.add(folder);
    const found = await Promise.all(fresh.map((folder) => readManifest(snapshot, folder)));
    parents = found.filter((workspace) => workspace !== null);
    for (const workspace of parents) addWorkspace(byName, workspace);
  }
  byName.delete(root.name);
  return byName;
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
