import { ownValue } from '../../ownValue.ts';
import type { PackageManifest, Workspace, YarnFamily } from '../project.ts';
import type { DependencyScope } from './lockfileSlice.ts';

/** By workspace and rule of what is ignored: the slices of many services ask for the same. */
const known = new WeakMap<
  Workspace,
  Map<DependencyScope['ignored'], Map<string, ReadonlyMap<string, string>>>
>();

/** A workspace's dependencies by name in a scope, with the ranges that the lockfile resolves. */
export function workspaceDependencies(
  workspace: Workspace,
  scope: DependencyScope,
  family: YarnFamily,
): ReadonlyMap<string, string> {
  const byRule =
    known.get(workspace) ?? new Map<DependencyScope['ignored'], Map<string, ReadonlyMap<string, string>>>();
  known.set(workspace, byRule);
  const byKind = byRule.get(scope.ignored) ?? new Map<string, ReadonlyMap<string, string>>();
  byRule.set(scope.ignored, byKind);
  const kind = `${family} ${scope.development}`;
  const found = byKind.get(kind) ?? readDependencies(workspace, scope, family);
  byKind.set(kind, found);
  return found;
}

/** Whether a workspace has devDependencies that are not left out. */
export function wantsDevelopment(
  workspace: Workspace,
  { ignored }: Pick<DependencyScope, 'ignored'>,
): boolean {
  return Object.keys(workspace.packageManifest.devDependencies ?? {}).some((name) => !ignored(name));
}

function readDependencies(
  { packageManifest }: Workspace,
  scope: DependencyScope,
  family: YarnFamily,
): Map<string, string> {
  const { dependencies, optionalDependencies, devDependencies } = packageManifest;
  const names = new Set([...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})]);
  if (scope.development) for (const name in devDependencies) if (!scope.ignored(name)) names.add(name);
  const found = new Map<string, string>();
  for (const name of names) found.set(name, effectiveRange(packageManifest, name, family));
  return found;
}

/**
 * The range of a dependency that several fields name. Yarn 2–4: devDependencies win, then optionalDependencies
 * (`WorkspaceResolver#resolve`, `Manifest#load` in @yarnpkg/core). Yarn 1: the first of optionalDependencies,
 * dependencies and devDependencies that is more than `*` (`cleanDependencies` in its normalize-manifest).
 */
export function effectiveRange(manifest: PackageManifest, name: string, family: YarnFamily): string {
  const development = ownValue(manifest.devDependencies, name);
  const optional = ownValue(manifest.optionalDependencies, name);
  const dependency = ownValue(manifest.dependencies, name);
  if (family === 'berry') return development ?? optional ?? dependency ?? '*';
  const ranges = [optional, dependency, development].filter((range) => range !== undefined);
  return ranges.find((range) => range !== '' && range !== '*') ?? ranges[0] ?? '*';
}

/** Names of peers that must be there: those not marked optional. */
export function requiredPeers(packageManifest: PackageManifest): string[] {
  const { peerDependencies, peerDependenciesMeta } = packageManifest;
  return Object.keys(peerDependencies ?? {}).filter(
    (name) => ownValue(peerDependenciesMeta, name)?.optional !== true,
  );
}
