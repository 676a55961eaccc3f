import { type Failure, inputFailure } from '../../errors.ts';
import type { Project, Workspace } from '../project.ts';
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

/** A field of a manifest that the lockfile repeats otherwise; `name`: of what in it. */
export function entryDiffers(workspace: Workspace, field: string, name: string): Failure {
  const [dependency = name] = name.split(' ');
  return inputFailure({
    reason: 'lockfile-out-of-date',
    message: `yarn.lock does not say the same as \`${field}\` of ${manifestPath(workspace)}: ${name}.`,
    hint,
    at: { file: manifestPath(workspace), line: lineOfDependency(workspace, dependency) },
  });
}

/** A dependency that the repo's `packageExtensions` add and the lockfile does not resolve. */
export function extensionNotInLockfile(
  { settingsText }: Pick<Project, 'settingsText'>,
  packageName: string,
  { name, range }: { name: string; range: string },
): Failure {
  const lines = settingsText.split('\n');
  const start = lines.findIndex((line) => line.startsWith('packageExtensions'));
  const line = lines.findIndex(
    (text, index) => index > start && text.trim().replace(/["']/g, '').startsWith(`${name}:`),
  );
  return inputFailure({
    reason: 'lockfile-out-of-date',
    message: `yarn.lock does not resolve ${name}@${range}, which \`packageExtensions\` in .yarnrc.yml add to ${packageName}.`,
    hint,
    at: { file: '.yarnrc.yml', line: line === -1 ? 1 : line + 1 },
  });
}
