import type { Workspace } from './project.ts';

/** Whether a workspace is built before it runs. */
export function hasBuildScript({ packageManifest }: Workspace): boolean {
  return packageManifest.scripts?.build !== undefined;
}
