import semver from 'semver';
import type { TakenVersions } from '../changes/releaseTags.ts';
import type { Bump } from './releasePlan.ts';

export interface VersionQuestion {
  /** The version it follows; null: a first release. */
  last: string | null;
  /** From package.json. */
  manifestVersion: string | null;
  /** As the commits ask for; `none` counts as patch. */
  bump: Bump;
  /** Prerelease channel (`rc`), or null for a stable release. */
  channel: string | null;
  taken: TakenVersions;
}

/**
 * The version of the next release: above `last`, and none that a tag holds, merged or not. Below 1.0 a breaking
 * change is a minor. A first release takes the manifest's version where that is above 0.0.0, else 0.1.0. On a
 * channel the target is the next stable version, with `-<channel>.N` counted from 1.
 */
export function nextVersion(question: VersionQuestion): string {
  const { channel, taken } = question;
  let target = firstTarget(question);
  while (taken.has(target)) target = raise(target, effectiveBump(question.last, question.bump));
  if (channel === null) return target;
  const numbers = [...taken]
    .filter((version) => version.startsWith(`${target}-${channel}.`))
    .map((version) => Number(version.slice(target.length + channel.length + 2)))
    .filter(Number.isInteger);
  return `${target}-${channel}.${Math.max(0, ...numbers) + 1}`;
}

/** The bump as it counts after `last`: below 1.0 a major is a minor; `none` is a patch. */
export function effectiveBump(last: string | null, bump: Bump): Exclude<Bump, 'none'> {
  if (bump === 'major' && (last === null || semver.major(last) === 0)) return 'minor';
  return bump === 'none' ? 'patch' : bump;
}

function firstTarget({ last, manifestVersion, bump }: VersionQuestion): string {
  if (last === null) return firstVersion(manifestVersion);
  const parsed = semver.parse(last) as semver.SemVer;
  const core = coreOf(parsed);
  const wanted = effectiveBump(last, bump);
  const isPrerelease = parsed.prerelease.length > 0;
  return isPrerelease && covers(core, wanted) ? core : raise(core, wanted);
}

function firstVersion(manifestVersion: string | null): string {
  const parsed = semver.parse(manifestVersion);
  const core = parsed === null ? '0.0.0' : coreOf(parsed);
  return core === '0.0.0' ? '0.1.0' : core;
}

/** `1.3.0-rc.2` already is a minor above the last stable version: a further minor does not raise it again. */
function covers(core: string, bump: Exclude<Bump, 'none'>): boolean {
  if (bump === 'major') return semver.minor(core) === 0 && semver.patch(core) === 0;
  return bump === 'patch' || semver.patch(core) === 0;
}

function raise(version: string, bump: Exclude<Bump, 'none'>): string {
  return semver.inc(version, bump) as string;
}

/** Without prerelease and build parts. */
function coreOf({ major, minor, patch }: semver.SemVer): string {
  return `${major}.${minor}.${patch}`;
}
