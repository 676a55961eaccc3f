import type { ObjectReader } from './objects.ts';

/** A last release is seldom further back than this; reading so many takes less time than a process. */
const mostCommits = 64;

/**
 * Those of `wanted` that `head` is or descends from, as far as reading the newest commits shows: some may be missing
 * that lie further back. `shallow`: commits whose parents this clone does not have.
 */
export async function nearAncestors(
  objects: Pick<ObjectReader, 'read'>,
  head: string,
  { wanted, shallow }: { wanted: readonly string[]; shallow: readonly string[] },
): Promise<Set<string>> {
  const sought = new Set(wanted);
  const edge = new Set(shallow);
  const found = new Set<string>();
  const seen = new Set([head]);
  let level = [head];
  while (level.length > 0 && found.size < sought.size && seen.size <= mostCommits) {
    for (const commit of level) if (sought.has(commit)) found.add(commit);
    const inside = level.filter((commit) => !edge.has(commit));
    const parents = await Promise.all(inside.map(async (commit) => parentsIn(await objects.read(commit))));
    level = [...new Set(parents.flat())].filter((commit) => !seen.has(commit));
    for (const commit of level) seen.add(commit);
  }
  return found;
}

/** The header of a raw commit object ends with an empty line; a signature's lines start with a space. */
function parentsIn(commit: Buffer): string[] {
  const header = commit.toString('latin1', 0, commit.indexOf('\n\n'));
  return [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent);
}
