import { configFileNames } from '../config/loadConfig.ts';
import { readIgnoreRules } from '../workspace/contents/ignoreRules.ts';
import { versionsLookup } from '../workspace/lockfile/lockfileSlice.ts';
import type { ServiceInputs } from './attributeCommits.ts';
import { inputClassifier } from './inputParts.ts';
import { type LockfileEdits, lockfileHeader } from './lockfileEdits.ts';
import { holds, type ServiceSide } from './serviceSide.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/**
 * What commits are matched against: the service as it is at one or several points of its history, newest
 * first. A file of its workspaces that none of these has (it was added and moved on since) counts as well.
 * `settingsCount`: so do the files that say how the image is made.
 */
export async function serviceInputs(
  sides: readonly [ServiceSide, ...ServiceSide[]],
  edits: LockfileEdits,
  { settingsCount }: { settingsCount: boolean },
): Promise<ServiceInputs> {
  const classify = inputClassifier(sides);
  const isKnown = (path: string) =>
    sides.some((side) => side.contents.dockerfile.origin === path || holds(side, path));
  const isSource = await sourceMatcher(sides);
  const slices = () => sides.flatMap(({ closures }) => closures.map(({ slice }) => slice));
  return {
    partOf(path) {
      if (sides.some((side) => isSettings(path, side))) return settingsCount ? { kind: 'config' } : null;
      return isSource(path) || isKnown(path) ? classify(path) : null;
    },
    async lockfileTouched(commit) {
      const edited = await edits(commit);
      if (edited.has(lockfileHeader)) return true;
      const versionsOf = versionsLookup(edited.size);
      return [...edited].some((name) => slices().some((slice) => versionsOf(slice, name).length > 0));
    },
  };
}

/** Tells files of the service's workspaces, present or past, from what the rules leave out. */
async function sourceMatcher(
  sides: readonly [ServiceSide, ...ServiceSide[]],
): Promise<(path: string) => boolean> {
  const [{ project, service, contents }] = sides;
  const folders = new Set(sides.flatMap((side) => [...side.folders]));
  const owners = sides.map((side) => workspaceOwner(side.project));
  const rules = await readIgnoreRules(project.snapshot, service, contents.dockerfile.origin);
  return (path) => {
    const owned = owners.some((owner) => folders.has(owner(path)?.path ?? ''));
    return owned && !/(^|\/)CHANGELOG\.md$/.test(path) && !rules.ignores(path);
  };
}

/** Files that decide how the image is made without being in it. */
function isSettings(path: string, { service, contents }: ServiceSide): boolean {
  const files = [...configFileNames, '.nvmrc', '.node-version', '.dockerignore'];
  return (
    files.includes(path) ||
    path === `${service.path}/.dockerignore` ||
    path === `${contents.dockerfile.origin}.dockerignore`
  );
}
