import type { ContextContents, ContextLayerName } from '../workspace/contextContents.ts';
import type { Project } from '../workspace/project.ts';
import { compareLockfiles, type LockfileDifference } from './compareLockfiles.ts';
import { readEntry } from './openEntry.ts';
import { prunedByYarn } from './prunedByYarn.ts';

export interface SliceVerdict {
  layer: ContextLayerName;
  /** Entries in the slice. */
  entries: number;
  differences: readonly LockfileDifference[];
}

/**
 * Lets the repo's own Yarn prune the lockfile for every install layer, and compares with the slices in it; what
 * the slices hold is also read by Yarn's core.
 */
export async function verifySlices(
  project: Project,
  contents: ContextContents,
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal; cacheFolder: string },
): Promise<SliceVerdict[]> {
  const verdicts: SliceVerdict[] = [];
  for (const layer of contents.layers) {
    const lockfile = layer.entries.find(({ path }) => path === `${layer.prefix}/yarn.lock`);
    if (lockfile === undefined || (layer.name !== 'manifests' && layer.name !== 'production')) continue;
    const slice = await readEntry(lockfile, project.snapshot);
    const entries = slice.match(/^ {2}(?:resolution: |version ")/gm)?.length ?? 0;
    // Yarn 1 leaves a lockfile as it is where nothing is to be installed.
    const nothing = entries === 0 && project.yarn.family === 'classic';
    const expected = nothing ? slice : await prunedByYarn(project, contents, layer, options);
    const differences = [...compareLockfiles(slice, expected), ...(await misread(project, slice))];
    verdicts.push({ layer: layer.name, entries, differences });
  }
  return verdicts;
}

/** Packages that Yarn's own core does not read from the slice as they stand in it. */
async function misread({ yarn }: Project, slice: string): Promise<LockfileDifference[]> {
  if (yarn.family === 'classic') return [];
  const { packagesByYarn } = await import('./packagesByYarn.ts');
  const theirs = new Set(await packagesByYarn(slice));
  const written = [...slice.matchAll(/^ {2}resolution: "(.+)"$/gm)].map(([, locator = '']) => locator);
  return written
    .filter((locator) => !theirs.has(locator))
    .map((entry) => ({ entry, kind: 'unreadable' as const }));
}
