import { type Failure, inputFailure } from '../../errors.ts';
import type { Workspace } from '../project.ts';
import { lineOfDependency, manifestPath } from '../readManifest.ts';

const hint = 'Run `yarn install` and commit yarn.lock.';

/** A dependency that a manifest names and the lockfile does not resolve. */
export function lockfileOutOfDate(workspace: Workspace, dependency: string, range: string): Failure {
  return inputFailure({
    reason: 'lockfile-out-of-date',
    message: `yarn.lock does not resolve ${dependency}@${range}, which ${manifestPath(workspace)} asks for.`,
    hint,
    at: { file: manifestPath(workspace), line: lineOfDependency(workspace, dependency) },
  });
}

export function workspaceNotInLockfile(workspace: Workspace): Failure {
  return inputFailure({
    reason: 'workspace-not-in-lockfile',
    message: `The workspace ${workspace.name} is missing from yarn.lock.`,
    hint,
    at: { file: manifestPath(workspace), line: 1 },
  });
}
