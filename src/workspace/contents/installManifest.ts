import type { DependencyScope } from '../lockfile/lockfileSlice.ts';
import { effectiveRange } from '../lockfile/workspaceDependencies.ts';
import type { PackageManifest, Workspace } from '../project.ts';

/** Fields that Yarn 1 to 4 read during an install; every other one stays out of the install layer. */
const installFields = [
  'name',
  'version',
  'private',
  'type',
  'packageManager',
  'engines',
  'os',
  'cpu',
  'libc',
  'workspaces',
  'resolutions',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'dependenciesMeta',
  'bundledDependencies',
  'bundleDependencies',
  'installConfig',
  'bin',
  'directories',
  'flat',
  'languageName',
  'preferUnplugged',
] as const;

/** How a manifest is normalised. */
export interface ManifestScope extends DependencyScope {
  family: 'classic' | 'berry';
  /** Whether the version is part of how ranges resolve, so that it must stay. */
  keepVersion: boolean;
}

/** The manifest as the install layer has it: what an install reads, and nothing that changes for other reasons. */
export function installManifest(
  workspace: Workspace,
  scope: ManifestScope,
  scripts: Readonly<Record<string, string>>,
): PackageManifest {
  const full = sourceManifest(workspace, scope);
  const manifest: Record<string, unknown> = {};
  for (const field of installFields) {
    if (full[field] !== undefined) manifest[field] = full[field];
  }
  if (Object.keys(scripts).length > 0) manifest.scripts = scripts;
  return manifest as PackageManifest;
}

/** The manifest beside its sources: as committed, without ignored and unwanted dependencies and without its version. */
export function sourceManifest(workspace: Workspace, scope: ManifestScope): PackageManifest {
  const { devDependencies, ...manifest } = workspace.packageManifest;
  for (const field of ['dependencies', 'optionalDependencies'] as const) {
    const ranges = manifest[field];
    if (ranges !== undefined) manifest[field] = effective(workspace.packageManifest, ranges, scope.family);
  }
  if (manifest.version !== undefined && !scope.keepVersion) manifest.version = '0.0.0';
  const kept = Object.entries(scope.development ? (devDependencies ?? {}) : {}).filter(
    ([name]) => !scope.ignored(name),
  );
  return kept.length === 0 ? manifest : { ...manifest, devDependencies: Object.fromEntries(kept) };
}

/** Where several fields name a package, the lockfile resolves the range of one of them. */
function effective(
  manifest: PackageManifest,
  ranges: Record<string, string>,
  family: ManifestScope['family'],
): Record<string, string> {
  const names = Object.keys(ranges);
  if (names.every((name) => effectiveRange(manifest, name, family) === ranges[name])) return ranges;
  return Object.fromEntries(names.map((name) => [name, effectiveRange(manifest, name, family)]));
}

export function manifestJson(manifest: PackageManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
