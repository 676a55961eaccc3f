import { oncePer } from '../oncePer.ts';
import { isZeroInstall } from '../workspace/contents/zeroInstall.ts';
import { packageNumbered } from '../workspace/lockfile/shownPackages.ts';
import type { Baseline } from './baseline.ts';
import type { Outline } from './outline.ts';
import { numbersApart } from './servicePackages.ts';

/**
 * A service as it was, where it differs from how it is in files and in what its slices hold, if at all: it needs the same
 * workspaces, and is made in the same way. Null: contexts have to be compared. Rejects where it could not be built.
 */
export async function comparableOutline(baseline: Baseline, after: Outline): Promise<Outline | null> {
  const before = await baseline.outline(after.service.name);
  if (before === null || before.dockerfile !== after.dockerfile || before.builds !== after.builds)
    return null;
  if (before.folders.size !== after.folders.size) return null;
  if (![...before.folders].every((folder) => after.folders.has(folder))) return null;
  if ((await hasArchives(before.project)) || (await hasArchives(after.project))) return null;
  return holdsOtherFiles(before, after) ? null : before;
}

const hasArchives = oncePer(isZeroInstall);

/** Whether one of two sides has a package whose files may stand in the repo, and the other one has not. */
function holdsOtherFiles(before: Outline, after: Outline): boolean {
  const apart = numbersApart(before.packages.shown(), after.packages.shown());
  return [...apart].some((number) => / \((?:patch|file|portal|link):/.test(packageNumbered(number).version));
}
