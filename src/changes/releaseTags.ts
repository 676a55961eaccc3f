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

/** The release tags of a repository, merged or not. */
export interface ReleaseTags {
  /** Of one service, highest version first. */
  of(service: string): readonly ReleaseTag[];
  /** Their versions, in no order. */
  versionsOf(service: string): ReadonlySet<string>;
  /** The first of those that a release on the channel (null: a stable one) may follow. */
  highest(service: string, channel: string | null): ReleaseTag | undefined;
}

/** Cuts the tags, which may be thousands, into those of each service; versions are read of services asked for. */
export function releaseTags(tags: GitTags, format: TagFormat): ReleaseTags {
  const named = byService(tags.names, format);
  const sorted = new Map<string, readonly ReleaseTag[]>();
  const read = (service: string) => readVersions(named.get(service), service, format);
  const of = (service: string) => {
    const known = sorted.get(service) ?? highestFirst(read(service), tags);
    sorted.set(service, known);
    return known;
  };
  return {
    of,
    versionsOf: (service) => new Set(read(service).map(({ version }) => version)),
    highest(service, channel) {
      const plain = highestPlain(named.get(service));
      if (plain === null) return fittingTags(of(service), channel)[0];
      return foundTag(tags, plain.name, plain.version);
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

interface NamedTags {
  /** Some may be none of the service's releases. */
  names: string[];
  /** Characters before the version, the same in all names; null: they differ. */
  beginning: number | null;
}

const none: NamedTags = { names: [], beginning: null };

/** Tags of one service mostly follow each other: what they begin with is looked up where it changes. */
function byService(names: readonly string[], { mark, serviceOf, parse }: TagFormat): Map<string, NamedTags> {
  const found = new Map<string, NamedTags>();
  const tagsOf = (service: string, beginning: number | null) => {
    const known = found.get(service) ?? { names: [], beginning };
    found.set(service, known);
    return known;
  };
  let beginning = '';
  let own: string[] | undefined;
  for (const name of names) {
    if (mark !== null && (!name.startsWith(beginning) || name.includes(mark, beginning.length))) {
      beginning = name.slice(0, name.lastIndexOf(mark) + mark.length);
      const service = serviceOf(beginning);
      own = service === undefined ? undefined : tagsOf(service, beginning.length).names;
    }
    if (own !== undefined) own.push(name);
    else if (mark === null || plainOrder(name.slice(beginning.length)) === null) {
      const service = parse(name)?.service;
      if (service === undefined) continue;
      const others = tagsOf(service, null);
      others.beginning = null;
      others.names.push(name);
    }
  }
  return found;
}

interface NamedVersion {
  name: string;
  version: string;
  /** Where it is a plain one. */
  order: number | null;
}

function readVersions(
  { names, beginning }: NamedTags = none,
  service: string,
  format: TagFormat,
): NamedVersion[] {
  return names.flatMap((name) => {
    const rest = beginning === null ? '' : name.slice(beginning);
    const order = plainOrder(rest);
    if (order !== null) return { name, version: rest, order };
    const release = format.parse(name);
    return release?.service === service ? { name, version: release.version, order } : [];
  });
}

/** By `compareBuild`, which reads both versions anew at each comparison; plain ones are read already. */
function highestFirst(found: readonly NamedVersion[], tags: GitTags): ReleaseTag[] {
  const sorted = [...found].sort((a, b) =>
    a.order === null || b.order === null ? compareBuild(b.version, a.version) : b.order - a.order,
  );
  return sorted.map(({ name, version }) => foundTag(tags, name, version));
}

/**
 * The name with the highest version. Among names of one shape (as long, with dots in the same places) that is the last in
 * the order of characters, so no version is read but one of each shape; what is hidden behind that is lower, whatever
 * it is. Null: the last of a shape is no plain version, and more may be none; or the names begin in several ways.
 */
function highestPlain({ names, beginning }: NamedTags = none): { name: string; version: string } | null {
  if (beginning === null) return null;
  const last = new Map<number, string>();
  for (const name of names) {
    const dot = name.indexOf('.', beginning);
    const shape = (dot * 1000 + name.indexOf('.', dot + 1)) * 1000 + name.length;
    const known = last.get(shape);
    if (known === undefined || name > known) last.set(shape, name);
  }
  let highest: { name: string; version: string; order: number } | null = null;
  for (const name of last.values()) {
    const version = name.slice(beginning);
    const order = plainOrder(version);
    if (order === null) return null;
    if (highest === null || order > highest.order) highest = { name, version, order };
  }
  return highest;
}
