import { configFileNames } from '../config/loadConfig.ts';
import { once } from '../once.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import type { ServiceInputs } from './attributeCommits.ts';
import { inputClassifier } from './inputParts.ts';
import { type LockfileEdits, lockfileHeader } from './lockfileEdits.ts';
import { pathsAmong } from './pathsAmong.ts';
import type { ServiceView } from './serviceView.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/**
 * What commits are matched against: the service as it is at one or several points of its history, newest
 * first. A file of its workspaces that none of these has (it was added and moved on since) counts as well.
 * `settingsCount`: so do the files that say how the image is made.
 */
export async function serviceInputs(
  sides: readonly [ServiceView, ...ServiceView[]],
  edits: LockfileEdits,
  { settingsCount }: { settingsCount: boolean },
): Promise<ServiceInputs> {
  const classify = inputClassifier(sides);
  const isKnown = (path: string) => sides.some((side) => side.dockerfile === path || side.holds(path));
  const folders = new Set(sides.flatMap((side) => [...side.folders]));
  const isSource = await sourceMatcher(sides, folders);
  const settings = new Set(sides.flatMap(settingsFiles));
  const owned = sides.map(({ project }) => ({ project, folders }));
  const named = once(() => [...settings, ...sides.flatMap(namedInputs)]);
  return {
    among: (paths) => pathsAmong(paths, owned, named()),
    partOf(path) {
      if (settings.has(path)) return settingsCount ? { kind: 'config' } : null;
      return isSource(path) || isKnown(path) ? classify(path) : null;
    },
    async lockfileTouched(commit) {
      const edited = await edits(commit);
      if (edited.has(lockfileHeader)) return true;
      return sides.some(({ packages }) => packages.holdsAny(edited));
    },
  };
}

/** Tells files of the service's workspaces, present or past, from what the rules leave out. */
async function sourceMatcher(
  sides: readonly [ServiceView, ...ServiceView[]],
  folders: ReadonlySet<string>,
): Promise<(path: string) => boolean> {
  const [{ project, service, dockerfile }] = sides;
  const owners = sides.map((side) => workspaceOwner(side.project));
  const rules = await readIgnoreRules(project.snapshot, service, dockerfile);
  return (path) => {
    const owned = owners.some((owner) => folders.has(owner(path)?.path ?? ''));
    return owned && !/(^|\/)CHANGELOG\.md$/.test(path) && !rules.ignores(path);
  };
}

/** Paths that are in the image, or describe it, wherever they stand. */
function namedInputs({ dockerfile, apart }: ServiceView): string[] {
  return [...(dockerfile === null ? [] : [dockerfile]), ...apart];
}

/** Files that decide how the image is made without being in it. */
function settingsFiles({ service, dockerfile }: ServiceView): string[] {
  return [
    ...configFileNames,
    ...['.nvmrc', '.node-version', '.dockerignore'],
    ...[`${service.path}/.dockerignore`, `${dockerfile}.dockerignore`],
  ];
}
