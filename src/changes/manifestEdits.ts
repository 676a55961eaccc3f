import { Failure } from '../errors.ts';
import { shapesInstalls, sourceManifest } from '../workspace/contents/installManifest.ts';
import { everyInstallScript, hasInstallScripts } from '../workspace/contents/installScripts.ts';
import type { PackageManifest, Project, Workspace } from '../workspace/project.ts';
import { manifestPath } from '../workspace/readManifest.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { ignoredByAll } from './ignoredByAll.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** What edits of manifests that both trees have mean for images. */
export interface ManifestEdits {
  /** Paths: no image that a template makes can differ by these edits alone. */
  harmless: ReadonlySet<string>;
  /** Paths: what the edit changes is known, and the manifest fits the lockfile. */
  understood: ReadonlySet<string>;
  /** Workspaces that certainly differ, as they stand in an image beside their sources. */
  certain: ReadonlySet<Workspace>;
}

/** Judges edits of files called package.json by their content in both trees. */
export async function manifestEdits(
  { project, services }: { project: Project; services: readonly Service[] },
  edited: readonly string[],
  before: () => Promise<Snapshot>,
): Promise<ManifestEdits> {
  const ignored = ignoredByAll(services);
  const harmless = new Set<string>();
  const understood = new Set<string>();
  const certain = new Set<Workspace>();
  const owner = workspaceOwner(project);
  for (const path of edited) {
    const workspace = path === 'package.json' ? project.root : owner(path);
    if (workspace === null || path !== manifestPath(workspace)) continue;
    const old = parsed(await (await before()).read(path));
    if (old === null) continue;
    if (isHarmless(old, workspace, ignored)) harmless.add(path);
    else if (workspace !== project.root && (await isPlainEdit(project, workspace, old))) {
      understood.add(path);
      if (sourceText(old, workspace) !== sourceText(workspace.packageManifest, workspace))
        certain.add(workspace);
    }
  }
  return { harmless, understood, certain };
}

function parsed(bytes: Buffer | null): PackageManifest | null {
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8').replace(/^\uFEFF/, '') ?? '');
    return typeof value === 'object' && !Array.isArray(value) ? (value as PackageManifest) : null;
  } catch {
    return null;
  }
}

/** Of the root's manifest an image has only what an install reads. */
function isHarmless(
  old: PackageManifest,
  { path, packageManifest }: Workspace,
  ignored: (packageName: string) => boolean,
): boolean {
  const shown = (manifest: PackageManifest) => {
    const counting = withoutIgnored(manifest, ignored);
    return JSON.stringify(path === '' ? installShape(counting) : counting);
  };
  return shown(old) === shown(packageManifest);
}

/** Neither counts which version it is nor the range of an ignored devDependency; that there is one decides which scripts can run. */
function withoutIgnored(
  packageManifest: PackageManifest,
  ignored: (packageName: string) => boolean,
): PackageManifest {
  const { version, devDependencies, ...manifest } = packageManifest;
  const ranges = Object.entries(devDependencies ?? {});
  const counting = ranges.map(([name, range]) => [name, ignored(name) ? '' : range]);
  return {
    ...manifest,
    ...(version !== undefined && { version: '' }),
    devDependencies: Object.fromEntries(counting),
  };
}

function installShape(packageManifest: PackageManifest): unknown {
  const fields = Object.entries(packageManifest).filter(([field]) => shapesInstalls(field));
  return [fields, packageManifest.shipyarn, everyInstallScript({ packageManifest })];
}

/** Whether an edit leaves to others what they were: no name, no nested workspaces, nothing that an install runs. */
async function isPlainEdit(project: Project, workspace: Workspace, old: PackageManifest): Promise<boolean> {
  const { packageManifest } = workspace;
  if (project.yarn.family === 'classic' || old.name !== packageManifest.name) return false;
  if (old.workspaces !== undefined || packageManifest.workspaces !== undefined) return false;
  if (hasInstallScripts(workspace) || hasInstallScripts({ packageManifest: old })) return false;
  // Loads what reads lockfiles only for this.
  const [{ berryGraph }, { workspaceEdges }] = await Promise.all([
    import('../workspace/lockfile/berryGraph.ts'),
    import('../workspace/lockfile/workspaceEdges.ts'),
  ]);
  try {
    workspaceEdges(project, berryGraph(project), workspace, everyDependency);
    return true;
  } catch (error) {
    // Whoever describes a context says what does not fit, where that matters.
    if (error instanceof Failure) return false;
    throw error;
  }
}

const everyDependency = { roots: [], development: true, ignored: () => false };

/** As it stands in every image that holds the workspace, whether or not for development. */
function sourceText(packageManifest: PackageManifest, workspace: Workspace): string {
  const scope = { development: false, ignored: () => true, family: 'berry', keepVersion: false } as const;
  return JSON.stringify(sourceManifest({ ...workspace, packageManifest }, scope));
}
