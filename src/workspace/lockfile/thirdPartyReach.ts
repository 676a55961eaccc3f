import type { Project } from '../project.ts';
import type { BerryLockfile } from './parseBerryLockfile.ts';

/**
 * Whether a third-party package may have a workspace among its dependencies. False is certain: told from keys and texts,
 * without a walk through the packages.
 */
export function mayLeadToWorkspaces(project: Project, { entries }: BerryLockfile): boolean {
  const { root, settings, workspaces } = project;
  // They add dependencies; and whoever looks at a package sees whether the lockfile knows them.
  if (Object.keys(settings.packageExtensions ?? {}).length > 0) return true;
  if (asksForWorkspaces(JSON.stringify([root.packageManifest.resolutions, settings]))) return true;
  const folders = new Set(['.', ...[...workspaces.values()].map(({ path }) => path)]);
  return entries.some(({ keyText, descriptors, body }) => {
    if (!keyText.includes('@workspace:')) return asksForWorkspaces(body);
    // `log@npm:^1.0.0` in a workspace's key is what a package may ask for, too.
    const ranges = descriptors.map(workspaceRange);
    // A workspace that is gone leads on, like any other package.
    return ranges.includes(null) || !ranges.some((range) => range !== null && folders.has(range));
  });
}

function asksForWorkspaces(text: string): boolean {
  return text.includes('workspace:');
}

function workspaceRange(descriptor: string): string | null {
  const at = descriptor.indexOf('@workspace:', 1);
  return at === -1 ? null : descriptor.slice(at + '@workspace:'.length);
}

/** Whether files of a package may stand in the repo. False is certain. Patches that are inside Yarn stand nowhere. */
export function mayHoldLocalPackages(lockfile: string): boolean {
  const resolutions = lockfile.match(localResolution) ?? [];
  return !resolutions.every((resolution) => builtinPatch.test(resolution));
}

const localResolution = /\n {2}resolution: "@?[^@"\n]+@(?:patch|file|portal|link):[^"\n]*/g;

/** `patch:<source>#<patch>&<patch>::version=…&hash=…` with a single patch. */
const builtinPatch = /@patch:[^#]*#(?:optional!|~)?builtin<[^&:]*(?:::.*)?$/;
