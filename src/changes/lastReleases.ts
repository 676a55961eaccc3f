import compareBuild from 'semver/functions/compare-build.js';
import readPrerelease from 'semver/functions/prerelease.js';
import type { Git, GitTag } from '../ports/git.ts';
import type { LastRelease } from './serviceChange.ts';
import type { TagFormat } from './tagFormat.ts';
import { parseTagTrailers } from './tagTrailers.ts';

/** A release of a service, as its tag tells. */
export interface ReleaseTag {
  gitTag: GitTag;
  version: string;
}

interface ParsedTag extends ReleaseTag {
  order: number | null;
}

/** All release tags in the repository by service, merged or not, highest version first. */
export function releaseTags(tags: readonly GitTag[], format: TagFormat): Map<string, ReleaseTag[]> {
  const byService = new Map<string, ParsedTag[]>();
  for (const gitTag of tags) {
    const found = format.parse(gitTag.name);
    if (found === null) continue;
    const known = byService.get(found.service) ?? [];
    byService.set(found.service, known);
    known.push({ gitTag, version: found.version, order: found.order });
  }
  return new Map([...byService].map(([service, known]) => [service, highestFirst(known)]));
}

/** By `compareBuild`, which reads both versions anew at each comparison; plain ones are read already. */
function highestFirst(tags: readonly ParsedTag[]): ReleaseTag[] {
  return [...tags].sort((a, b) =>
    a.order === null || b.order === null ? compareBuild(b.version, a.version) : b.order - a.order,
  );
}

/**
 * The release that a new one of each service follows: the highest version, not the newest date, among the tags
 * that `head` can reach. A stable release follows stable ones; one on a channel follows that channel's
 * prereleases, or a stable release above them. Services without such a tag are absent. `identity` is filled
 * from the tag's trailers where their scheme is `scheme`; null: the tags are not read.
 */
export async function lastReleases(
  git: Pick<Git, 'objects' | 'history'>,
  head: string,
  tags: ReadonlyMap<string, readonly ReleaseTag[]>,
  options: { channel: string | null; scheme: string | null },
): Promise<Map<string, LastRelease>> {
  const candidates = new Map<string, readonly ReleaseTag[]>();
  for (const [service, known] of tags) {
    const fitting = fittingTags(known, options.channel);
    if (fitting.length > 0) candidates.set(service, fitting);
  }
  const chosen = await highestReachable(git, head, candidates);
  const releases = await Promise.all(
    [...chosen].map(async ([service, { gitTag, version }]) => {
      const identity = await recordedIdentity(git, gitTag, options.scheme);
      return [service, { gitTag: gitTag.name, version, commit: gitTag.commit, identity }] as const;
    }),
  );
  return new Map(releases);
}

async function recordedIdentity(
  { objects }: Pick<Git, 'objects'>,
  { annotated, oid }: GitTag,
  scheme: string | null,
): Promise<string | null> {
  const trailers = annotated && scheme !== null ? parseTagTrailers(await objects.read(oid)) : null;
  return trailers?.scheme === scheme ? trailers.identity : null;
}

/** Those that a release on the channel (null: a stable one) may follow, highest version first. */
export function fittingTags(tags: readonly ReleaseTag[] = [], channel: string | null): ReleaseTag[] {
  return tags.filter(({ version }) => follows(version, channel));
}

function follows(version: string, channel: string | null): boolean {
  if (!version.includes('-')) return true;
  const prerelease = readPrerelease(version);
  return prerelease === null || (channel !== null && prerelease[0] === channel);
}

/** Most often the highest version is reachable: those are asked for first, all others only where one is not. */
async function highestReachable(
  { history }: Pick<Git, 'history'>,
  head: string,
  candidates: ReadonlyMap<string, readonly ReleaseTag[]>,
): Promise<Map<string, ReleaseTag>> {
  const chosen = new Map<string, ReleaseTag>();
  const choose = async (open: [string, readonly ReleaseTag[]][]) => {
    const commits = open.flatMap(([, known]) => known.map(({ gitTag }) => gitTag.commit));
    const reachable = await history.reachable(head, commits);
    for (const [service, known] of open) {
      const highest = known.find(({ gitTag }) => reachable.has(gitTag.commit));
      if (highest !== undefined) chosen.set(service, highest);
    }
  };
  await choose([...candidates].map(([service, known]) => [service, known.slice(0, 1)]));
  const rest = [...candidates].filter(([service]) => !chosen.has(service));
  if (rest.length > 0) await choose(rest.map(([service, known]) => [service, known.slice(1)]));
  return chosen;
}
