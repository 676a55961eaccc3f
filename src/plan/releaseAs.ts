import semver from 'semver';
import type { TakenVersions } from '../changes/releaseTags.ts';
import { type Failure, inputFailure } from '../errors.ts';

/**
 * The version that a `Release-As` footer asks for, checked: semver, above the current version, not taken.
 * Throws an input failure that names the commit.
 */
export function checkedReleaseAs(
  wanted: { version: string; hash: string },
  service: { name: string; currentVersion: string | null; taken: Pick<TakenVersions, 'has'> },
): string {
  const { version } = wanted;
  const { currentVersion, taken } = service;
  if (semver.valid(version) === null) throw refused(wanted, service.name, 'which is not a semantic version');
  if (currentVersion !== null && semver.lte(version, currentVersion)) {
    throw refused(wanted, service.name, `but ${currentVersion} is released already and versions only grow`);
  }
  if (taken.has(version)) throw refused(wanted, service.name, 'which a tag holds already');
  return version;
}

function refused(
  { version, hash }: { version: string; hash: string },
  service: string,
  why: string,
): Failure {
  return inputFailure({
    reason: 'release-as-refused',
    message: `Commit ${hash.slice(0, 10)} asks to release ${service} as ${version}, ${why}.`,
    hint: 'A newer commit with another `Release-As: <version>` footer replaces it.',
  });
}
