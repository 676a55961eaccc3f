import type { Closure } from '../workspace/closure.ts';
import { changedSettings } from './changedSettings.ts';
import { type DifferingPath, differingPaths } from './differingPaths.ts';
import { editReasons, ruleReasons, way } from './editReasons.ts';
import { lockfileReasons } from './lockfileReasons.ts';
import type { Reason } from './reason.ts';
import type { ServiceSide } from './serviceSide.ts';

/**
 * Why the images of two sides of a service differ, as they do, in values for people. `changed` holds the paths that
 * differ in Git: what differs in the context without being among them was taken in or left out by a rule. Never empty.
 */
export function compareSides(
  before: ServiceSide,
  after: ServiceSide,
  changed: ReadonlySet<string>,
): Reason[] {
  const differing = differingPaths(before, after);
  const [old, young] = [before.closures, after.closures];
  const [came, went] = [newWorkspaces(old, young), newWorkspaces(young, old)];
  const touched = differing.filter(({ path }) => !isBelow(path, [...came, ...went]));
  const unedited = touched.filter(({ path }) => !changed.has(path));
  const reasons = [
    ...dockerfileReasons(before, after, changed),
    ...editReasons(
      touched.flatMap(({ path }) => (changed.has(path) ? path : [])),
      [after, before],
    ),
    ...came.map((workspace) => workspaceReason(workspace, after, 'added')),
    ...went.map((workspace) => workspaceReason(workspace, before, 'dropped')),
    ...lockfileReasons(before, after),
    ...ruleReasons(pathsMissingIn('before', unedited), pathsMissingIn('after', unedited)),
    ...changedSettings(before.contents, after.contents),
  ];
  return reasons.length > 0 ? reasons : [{ kind: 'config', settings: ['how the image is built'] }];
}

/** The paths at which one side has nothing. */
function pathsMissingIn(side: 'before' | 'after', differing: readonly DifferingPath[]): string[] {
  return differing.flatMap((each) => (each[side].length === 0 ? each.path : []));
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`${folder}/`));
}

function dockerfileReasons(before: ServiceSide, after: ServiceSide, changed: ReadonlySet<string>): Reason[] {
  const [old, young] = [before.contents.dockerfile, after.contents.dockerfile];
  const origins = [young.origin, old.origin].filter((origin) => origin !== null);
  const edited = origins.some((origin) => changed.has(origin)) && old.text !== young.text;
  if (!edited && old.origin === young.origin) return [];
  return [{ kind: 'dockerfile', paths: [...new Set(origins)] }];
}

/** Folders of workspaces that only the second side needs. A workspace that moved is not new. */
function newWorkspaces(before: readonly Closure[], after: readonly Closure[]): string[] {
  const names = new Set(before.flatMap(({ workspaces }) => workspaces.map(({ name }) => name)));
  const fresh = after.flatMap(({ workspaces }) => workspaces.filter(({ name }) => !names.has(name)));
  return [...new Set(fresh.map(({ path }) => path))];
}

function workspaceReason(workspace: string, side: ServiceSide, change: 'added' | 'dropped'): Reason {
  return { kind: 'workspace', workspace, ...way(workspace, side), change };
}
