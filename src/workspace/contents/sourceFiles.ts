import { inputFailure } from '../../errors.ts';
import { oncePer } from '../../oncePer.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Project, Workspace } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import type { Snapshot } from '../snapshot.ts';
import { checkTokens } from './checkTokens.ts';
import type { IgnoreRules } from './ignoreRules.ts';

/** Below a workspace's folder, never part of its sources. */
const neverSource = new Set([
  'CHANGELOG.md',
  'Dockerfile',
  'Dockerfile.template',
  '.dockerignore',
  'node_modules',
]);
/** In the root workspace these belong to the install layer. */
const installFiles = new Set([
  'yarn.lock',
  '.yarnrc.yml',
  '.yarnrc',
  '.npmrc',
  '.yarn',
  '.pnp.cjs',
  '.pnp.loader.mjs',
]);

/**
 * A workspace's own files: what Git has below its folder, without nested workspaces, its package.json
 * (written by shipyarn), and what the rules leave out. Rejects on submodules and on symlinks out of the repo.
 */
export async function sourceFiles(
  project: Project,
  workspace: Workspace,
  rules: IgnoreRules,
): Promise<FileEntry[]> {
  const { snapshot } = project;
  const nested = nestedFolders(project, workspace);
  const files = (await snapshot.files(workspace.path)).filter(
    ({ path }) =>
      isSource(workspace, path) && !nested.some((folder) => path.startsWith(folder)) && !rules.ignores(path),
  );
  await checkFiles(snapshot, files);
  return files;
}

/** Whether a file below a workspace's folder, but not in a nested workspace, is a source where no rule leaves it out. */
export function isSource(workspace: Pick<Workspace, 'path'>, path: string): boolean {
  const below = workspace.path === '' ? 0 : workspace.path.length + 1;
  const slash = path.indexOf('/', below);
  const top = path.slice(below, slash === -1 ? path.length : slash);
  if (path === manifestPath(workspace) || neverSource.has(top)) return false;
  return below > 0 || !installFiles.has(top);
}

const nestings = oncePer(findNestings, ({ structure }) => structure);

/** Folders of workspaces inside another's folder, each with a slash at its end. */
export function nestedFolders(project: Project, workspace: Workspace): readonly string[] {
  return nestings(project).get(workspace.path) ?? [];
}

/** Nested folders by the folder of each workspace around them. */
function findNestings(project: Project): Map<string, string[]> {
  const paths = [...project.workspaces.values()].map(({ path }) => path);
  const nested = new Map<string, string[]>([['', paths.map((path) => `${path}/`)]]);
  for (const path of paths) nested.set(path, []);
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      nested.get(path.slice(0, end))?.push(`${path}/`);
    }
  }
  return nested;
}

/** Refuses what a context cannot hold: submodules, symlinks that leave the repo, credentials. */
export async function checkFiles(snapshot: Snapshot, files: readonly FileEntry[]): Promise<void> {
  for (const { path, mode, oid } of files) {
    if (mode === '160000') throw submodule(path);
    if (mode !== '120000') continue;
    const target = (await snapshot.readObject(oid)).toString('utf8');
    if (leavesRepo(path, target)) throw strayLink(path, target);
  }
  await checkTokens(snapshot, files);
}

function leavesRepo(path: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  const folders = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..' && folders.pop() === undefined) return true;
    if (part !== '..' && part !== '.' && part !== '') folders.push(part);
  }
  return false;
}

function submodule(path: string) {
  return inputFailure({
    reason: 'submodule-in-context',
    message: `${path} is a Git submodule, and its files are not in this repo.`,
    hint: 'Leave it out in .dockerignore, or commit its files.',
    at: { file: path },
  });
}

function strayLink(path: string, target: string) {
  return inputFailure({
    reason: 'symlink-leaves-repo',
    message: `The symlink ${path} leads out of the repo, to ${target}.`,
    hint: 'Let it lead to a file in the repo, or leave it out in .dockerignore.',
    at: { file: path },
  });
}
