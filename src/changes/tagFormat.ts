import valid from 'semver/functions/valid.js';
import { unscopedName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import { escapeRegExp } from '../escapeRegExp.ts';

export interface TagFormat {
  /** Git tag of a service's version. */
  format(service: string, version: string): string;
  /** The service and version that a tag stands for; null: not a release tag of these services. */
  parse(gitTag: string): { service: string; version: string } | null;
  /** What a service's tags begin with, where only a version follows: `@acme/api@`; null: not so, or no service of these. */
  beginningOf(service: string): string | null;
}

/** Semantic Versioning 2.0.0, loosely: `semver` checks what this finds. */
const versionPattern = '\\d+\\.\\d+\\.\\d+[0-9A-Za-z.+-]*';

/**
 * What no tag is called: `git check-ref-format` refuses it, or `git tag`, which takes it for an option.
 * @see https://git-scm.com/docs/git-check-ref-format
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Git refuses them.
const noTagName = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$|(?:^|\/)\.|\.lock(?:\/|$)/;

/** Parts of at most five digits, without leading zeros: one number can hold all three. */
const plainVersion = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;

/** A number that plain versions are ordered by; null: it is another version, or none. */
export function plainOrder(version: string): number | null {
  const parts = plainVersion.exec(version);
  return parts === null ? null : Number(parts[1]) * 1e10 + Number(parts[2]) * 1e5 + Number(parts[3]);
}

/**
 * Tags as `tagFormat` shapes them, for these services. Rejects formats that cannot tell versions or services
 * apart (without `{version}`, with more than one, or without `{service}` or `{name}` where two services would share a
 * tag), and those that make what Git takes for no tag.
 */
export function tagFormat(
  config: Pick<Config, 'tagFormat' | 'origin'>,
  services: readonly { name: string }[],
): TagFormat {
  const template = config.tagFormat;
  const format = (service: string, version: string) =>
    template.replace(/\{(service|name|version)\}/g, (_, field) => {
      if (field === 'version') return version;
      return field === 'service' ? service : unscopedName(service);
    });
  const byTag = new Map<string, string>();
  for (const { name } of services) {
    const example = format(name, '0.0.0');
    if (noTagName.test(example)) throw notATag(config, example);
    const twin = byTag.get(example);
    if (twin !== undefined) throw sharedTag(config, twin, name);
    byTag.set(example, name);
  }
  const versions = template.split('{version}').length - 1;
  if (versions !== 1) throw notOneVersion(config, versions);
  const pattern = tagPattern(template);
  // A digit before the version might be taken for its first.
  const endsWithVersion = /[^{}\d]\{version\}$/.test(template);
  return {
    format,
    beginningOf(service) {
      const beginning = format(service, '');
      return endsWithVersion && byTag.get(`${beginning}0.0.0`) === service ? beginning : null;
    },
    parse(gitTag) {
      const match = pattern.exec(gitTag);
      const [start = 0, end = 0] = match?.indices?.groups?.version ?? [];
      const version = gitTag.slice(start, end);
      if (valid(version) !== version.replace(/\+.*$/, '')) return null;
      const example = `${gitTag.slice(0, start)}0.0.0${gitTag.slice(end)}`;
      const service = byTag.get(example);
      return service === undefined ? null : { service, version };
    },
  };
}

function tagPattern(template: string): RegExp {
  const parts = template.split(/(\{service\}|\{name\}|\{version\})/).map((part) => {
    if (part === '{version}') return `(?<version>${versionPattern})`;
    return /^\{.*\}$/.test(part) ? '.+' : escapeRegExp(part);
  });
  return new RegExp(`^${parts.join('')}$`, 'd');
}

function failure(config: Pick<Config, 'origin'>, details: { reason: string; message: string; hint: string }) {
  const at = config.origin('tagFormat');
  return inputFailure({ ...details, ...(at !== null && { at }) });
}

function notOneVersion(config: Pick<Config, 'tagFormat' | 'origin'>, versions: number) {
  return failure(config, {
    reason: versions === 0 ? 'tag-format-without-version' : 'tag-format-ambiguous',
    message: `\`tagFormat: ${config.tagFormat}\` has ${versions === 0 ? 'no' : 'more than one'} \`{version}\`.`,
    hint: 'Write for instance `tagFormat: "{service}@{version}"`.',
  });
}

function notATag(config: Pick<Config, 'tagFormat' | 'origin'>, example: string) {
  return failure(config, {
    reason: 'tag-format-no-tag',
    message: `With \`tagFormat: ${config.tagFormat}\` a tag would be \`${example}\`, which Git refuses as a name.`,
    hint: 'Write for instance `tagFormat: "{service}@{version}"`; `git help check-ref-format` has the rules.',
  });
}

function sharedTag(config: Pick<Config, 'tagFormat' | 'origin'>, one: string, other: string) {
  return failure(config, {
    reason: 'tag-format-ambiguous',
    message: `With \`tagFormat: ${config.tagFormat}\` the services ${one} and ${other} would share their tags.`,
    hint: 'Use `{service}`, the full name, in `tagFormat`.',
  });
}
