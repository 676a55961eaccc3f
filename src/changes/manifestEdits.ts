import { nullIfWrong } from '../errors.ts';
import {
  installManifest,
  type ManifestScope,
  sourceManifest,
} from '../workspace/contents/installManifest.ts';
import { everyInstallScript, hasInstallScripts } from '../workspace/contents/installScripts.ts';
import { hasBuildScript } from '../workspace/hasBuildScript.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import { manifestPath, readManifest } from '../workspace/readManifest.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { fitsLockfile } from './fitsLockfile.ts';
import { type RootManifestEdit, rootManifestEdit } from './rootManifestEdit.ts';
import { widestScope } from './widestScope.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** What edits of manifests that both trees have mean for images. */
export interface ManifestEdits {
  /** Paths: no image that a template makes can differ by these edits alone. */
  harmless: ReadonlySet<string>;
  /** Paths: what the edit changes is known, and the manifest fits the lockfile. */
  understood: ReadonlySet<string>;
  /** Paths: the edit changes nothing in an image beside the manifest itself, and Yarn's version. */
  plain: ReadonlySet<string>;
  /** Paths: the edit changes by which ranges packages are asked for in every image, and nothing else. */
  asking: ReadonlySet<string>;
  /** Paths: the edit changes which packages are asked for in every image, or by which ranges, and nothing else. */
  needing: ReadonlySet<string>;
  /** Workspaces that certainly differ, as they stand in an image beside their sources. */
  certain: ReadonlySet<Workspace>;
  rootDiffers: RootManifestEdit;
}

/** Judges edits of files called package.json by their content in both trees. */
export async function manifestEdits(
  { project, services }: { project: Project; services: readonly Service[] },
  edited: readonly string[],
  before: () => Promise<Snapshot>,
): Promise<ManifestEdits> {
  const { family } = project.yarn;
  const scope = { ...(await widestScope(project, services)), family, keepVersion: false };
  const isRun = [project.root, ...project.workspaces.values()].some(hasInstallScripts);
  const harmless = new Set<string>();
  const understood = new Set<string>();
  const plain = new Set<string>();
  const certain = new Set<Workspace>();
  let rootDiffers: RootManifestEdit = async () => false;
  const edits = await editsOf(project, edited, before);
  for (const { path, workspace, old } of edits) {
    if (inImages(old, scope, isRun) === inImages(workspace, scope, isRun)) harmless.add(path);
    else if (workspace === project.root) {
      rootDiffers = await rootManifestEdit(project, old);
      if (allButYarn(old) === allButYarn(workspace)) plain.add(path);
    } else if (await isPlainEdit(project, workspace, old)) {
      understood.add(path);
      if (inInstalls(old) === inInstalls(workspace)) plain.add(path);
      if (besideSources(old) !== besideSources(workspace)) certain.add(workspace);
    }
  }
  const needing = edits.filter(
    ({ workspace, old }) =>
      certain.has(workspace) && allButDependencies(old) === allButDependencies(workspace),
  );
  const asking = needing.filter(
    ({ workspace, old }) => packagesNamed(old, project) === packagesNamed(workspace, project),
  );
  return {
    harmless,
    understood,
    plain,
    asking: new Set(asking.map(({ path }) => path)),
    needing: new Set(needing.map(({ path }) => path)),
    certain,
    rootDiffers,
  };
}

interface Edit {
  path: string;
  workspace: Workspace;
  old: Workspace;
}

/** The edits of workspaces' manifests that can be read in both trees. */
async function editsOf(
  project: Project,
  edited: readonly string[],
  before: () => Promise<Snapshot>,
): Promise<Edit[]> {
  const edits: Edit[] = [];
  for (const path of edited) {
    const workspace = workspaceOf(project, path);
    const old = workspace === null ? null : await nullIfWrong(readManifest(await before(), workspace.path));
    if (workspace !== null && old !== null) edits.push({ path, workspace, old });
  }
  return edits;
}

/** The workspace whose manifest stands at a path; null: it is another file of that name. */
function workspaceOf(project: Project, path: string): Workspace | null {
  const workspace = path === 'package.json' ? project.root : workspaceOwner(project)(path);
  return workspace !== null && path === manifestPath(workspace) ? workspace : null;
}

/**
 * All that some image shows of a manifest. Of the root's that is what an install reads. `isRun`: an install runs scripts of
 * some workspace.
 */
function inImages(workspace: Workspace, scope: ManifestScope, isRun: boolean): string {
  const { devDependencies, shipyarn } = workspace.packageManifest;
  const manifest =
    workspace.path === ''
      ? [installManifest(workspace, scope, everyInstallScript(workspace)), shipyarn]
      : sourceManifest(workspace, scope);
  // Which devDependencies there are decides which scripts can run, be they ignored.
  return JSON.stringify([manifest, isRun ? Object.keys(devDependencies ?? {}) : []]);
}

/** Whether an edit leaves to others what they were: no name, no nested workspaces, nothing that an install runs. */
async function isPlainEdit(project: Project, workspace: Workspace, old: Workspace): Promise<boolean> {
  if (old.name !== workspace.name) return false;
  if ([old, workspace].some(({ packageManifest }) => packageManifest.workspaces !== undefined)) return false;
  if ([old, workspace].some(hasInstallScripts)) return false;
  return fitsLockfile(project, workspace);
}

/** What installs read, whether there is something to build, and how it starts. */
function inInstalls(workspace: Workspace): string {
  const { scripts, main } = workspace.packageManifest;
  const scope = { development: true, ignored: () => false, family: 'berry', keepVersion: false } as const;
  const installed = installManifest(workspace, scope, everyInstallScript(workspace));
  return JSON.stringify([installed, hasBuildScript(workspace), scripts?.start, main]);
}

/** All but which Yarn is run. */
function allButYarn({ packageManifest }: Workspace): string {
  return JSON.stringify({ ...packageManifest, packageManager: null });
}

function allButDependencies({ packageManifest }: Workspace): string {
  const { dependencies, devDependencies, optionalDependencies, ...rest } = packageManifest;
  return JSON.stringify(rest);
}

/** Which packages it needs, but not the ranges by which it asks for those of third parties. */
function packagesNamed({ packageManifest }: Workspace, { workspaces }: Project): string {
  const { dependencies, devDependencies, optionalDependencies } = packageManifest;
  const named = [dependencies, devDependencies, optionalDependencies].map((field) =>
    Object.entries(field ?? {}).map(([name, range]) =>
      workspaces.has(name) || range.includes(':') ? [name, range] : [name],
    ),
  );
  return JSON.stringify(named);
}

/** As it stands in every image that holds the workspace, whether or not for development. */
function besideSources(workspace: Workspace): string {
  const scope = { development: false, ignored: () => true, family: 'berry', keepVersion: false } as const;
  return JSON.stringify(sourceManifest(workspace, scope));
}
