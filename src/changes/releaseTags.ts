import compareBuild from 'semver/functions/compare-build.js';
import readPrerelease from 'semver/functions/prerelease.js';
import { once } from '../once.ts';
import type { GitTag, GitTags } from '../ports/gitTags.ts';
import { plainOrder, type TagFormat } from './tagFormat.ts';

/** A release of a service, as its tag tells. */
export interface ReleaseTag {
  /** What it leads to is looked up when it is asked for. */
  readonly gitTag: GitTag;
  version: string;
}

/** Versions that tags of one service hold anywhere in the repository, merged or not. */
export interface TakenVersions extends Iterable<string> {
  has(version: string): boolean;
}

/** The release tags of a repository, merged or not. */
export interface ReleaseTags {
  /** Of one service, highest version first. */
  of(service: string): readonly ReleaseTag[];
  takenBy(service: string): TakenVersions;
  /** The first of those that a release on the channel (null: a stable one) may follow. */
  highest(service: string, channel: string | null): ReleaseTag | undefined;
}

/** There may be thousands of tags: those of services asked for are looked up, and versions read of few. */
export function releaseTags(tags: GitTags, format: TagFormat): ReleaseTags {
  const sorted = new Map<string, readonly ReleaseTag[]>();
  const others = once(() => byService(tags.names, format));
  const read = (service: string) => {
    const beginning = format.beginningOf(service);
    if (beginning === null) return others().get(service) ?? [];
    return tags.after(beginning).flatMap((rest) => readVersion(beginning + rest, rest, service, format));
  };
  const of = (service: string) => {
    const known = sorted.get(service) ?? highestFirst(read(service), tags);
    sorted.set(service, known);
    return known;
  };
  return {
    of,
    takenBy: (service) => ({
      has: (version) => tags.get(format.format(service, version)) !== undefined,
      *[Symbol.iterator]() {
        for (const { version } of read(service)) yield version;
      },
    }),
    highest(service, channel) {
      const beginning = format.beginningOf(service);
      if (beginning !== null) {
        const plain = highestPlain(tags.after(beginning));
        if (plain !== null) return foundTag(tags, beginning + plain, plain);
      }
      return fittingTags(of(service), channel)[0];
    },
  };
}

/** Those that a release on the channel (null: a stable one) may follow, highest version first. */
export function fittingTags(tags: readonly ReleaseTag[], channel: string | null): ReleaseTag[] {
  return tags.filter(({ version }) => follows(version, channel));
}

function follows(version: string, channel: string | null): boolean {
  if (!version.includes('-')) return true;
  const prerelease = readPrerelease(version);
  return prerelease === null || (channel !== null && prerelease[0] === channel);
}

function foundTag(tags: GitTags, name: string, version: string): ReleaseTag {
  const gitTag = once(() => tags.get(name) as GitTag);
  return {
    get gitTag() {
      return gitTag();
    },
    version,
  };
}

interface NamedVersion {
  name: string;
  version: string;
  /** Where it is a plain one. */
  order: number | null;
}

/** Of a tag that begins as the service's do; none: it is no release, or another service's. */
function readVersion(name: string, rest: string, service: string, format: TagFormat): NamedVersion[] {
  const order = plainOrder(rest);
  if (order !== null) return [{ name, version: rest, order }];
  const release = format.parse(name);
  return release?.service === service ? [{ name, version: release.version, order }] : [];
}

/** Of tags whose shape does not tell where their versions are. */
function byService(names: readonly string[], format: TagFormat): Map<string, NamedVersion[]> {
  const found = new Map<string, NamedVersion[]>();
  for (const name of names) {
    const release = format.parse(name);
    if (release === null) continue;
    const { service, version } = release;
    const own = found.get(service) ?? [];
    own.push({ name, version, order: plainOrder(version) });
    found.set(service, own);
  }
  return found;
}

/** By `compareBuild`, which reads both versions anew at each comparison; plain ones are read already. */
function highestFirst(found: readonly NamedVersion[], tags: GitTags): ReleaseTag[] {
  const sorted = [...found].sort((a, b) =>
    a.order === null || b.order === null ? compareBuild(b.version, a.version) : b.order - a.order,
  );
  return sorted.map(({ name, version }) => foundTag(tags, name, version));
}

/**
 * The highest version. Among those of one shape (as long, with dots in the same places) that is the last in the order of
 * characters, so no version is read but one of each shape; what is hidden behind that is lower, whatever it is. Null: the
 * last of a shape is no plain version, and more may be none; or there is none.
 */
function highestPlain(versions: readonly string[]): string | null {
  const last = new Map<number, string>();
  for (const version of versions) {
    const dot = version.indexOf('.');
    const shape = (dot * 1000 + version.indexOf('.', dot + 1)) * 1000 + version.length;
    const known = last.get(shape);
    if (known === undefined || version > known) last.set(shape, version);
  }
  let highest: { version: string; order: number } | null = null;
  for (const version of last.values()) {
    const order = plainOrder(version);
    if (order === null) return null;
    if (highest === null || order > highest.order) highest = { version, order };
  }
  return highest?.version ?? null;
}
