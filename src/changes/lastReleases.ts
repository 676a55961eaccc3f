import type { Git } from '../ports/git.ts';
import type { GitTag } from '../ports/gitTags.ts';
import { fittingTags, type ReleaseTag, type ReleaseTags } from './releaseTags.ts';
import type { LastRelease } from './serviceChange.ts';
import { parseTagTrailers } from './tagTrailers.ts';

/**
 * The release that a new one of each service follows: the highest version, not the newest date, among the tags
 * that `head` can reach. A stable release follows stable ones; one on a channel follows that channel's
 * prereleases, or a stable release above them. Services without such a tag are absent. `identity` is filled
 * from the tag's trailers where their scheme is `scheme`; null: the tags are not read.
 */
export async function lastReleases(
  git: Pick<Git, 'objects' | 'history'>,
  head: string,
  tags: ReleaseTags,
  options: { services: readonly { name: string }[]; channel: string | null; scheme: string | null },
): Promise<Map<string, LastRelease>> {
  const chosen = await highestReachable(git, head, tags, options);
  const releases = await Promise.all(
    [...chosen].map(async ([service, { gitTag, version }]) => {
      const identity = await recordedIdentity(git, gitTag, options.scheme);
      return [service, { gitTag: gitTag.name, version, commit: gitTag.commit, identity }] as const;
    }),
  );
  return new Map(releases);
}

/** The identity in a tag's trailers, where their scheme is `scheme`. */
export async function recordedIdentity(
  { objects }: Pick<Git, 'objects'>,
  { annotated, oid }: GitTag,
  scheme: string | null,
): Promise<string | null> {
  const trailers = annotated && scheme !== null ? parseTagTrailers(await objects.read(oid)) : null;
  return trailers?.scheme === scheme ? trailers.identity : null;
}

/** Most often the highest version is reachable: those are asked for first, all others only where one is not. */
async function highestReachable(
  { history }: Pick<Git, 'history'>,
  head: string,
  tags: ReleaseTags,
  { services, channel }: { services: readonly { name: string }[]; channel: string | null },
): Promise<Map<string, ReleaseTag>> {
  const chosen = new Map<string, ReleaseTag>();
  const choose = async (open: (readonly [string, readonly ReleaseTag[]])[]) => {
    const commits = open.flatMap(([, known]) => known.map(({ gitTag }) => gitTag.commit));
    const reachable = await history.reachable(head, commits);
    for (const [service, known] of open) {
      const highest = known.find(({ gitTag }) => reachable.has(gitTag.commit));
      if (highest !== undefined) chosen.set(service, highest);
    }
  };
  await choose(services.map(({ name }) => [name, [tags.highest(name, channel) ?? []].flat()]));
  const rest = services.filter(({ name }) => !chosen.has(name));
  const others = rest.map(({ name }) => [name, fittingTags(tags.of(name), channel).slice(1)] as const);
  if (others.some(([, known]) => known.length > 0)) await choose(others);
  return chosen;
}
