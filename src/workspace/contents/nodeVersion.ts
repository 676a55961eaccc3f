import valid from 'semver/functions/valid.js';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';
import type { Project } from '../project.ts';
import type { Service } from '../service.ts';

/**
 * The base image: as configured, else the official one of the Node version that the configuration, the
 * service's or the root's `engines.node`, or `.nvmrc` names; the current LTS where nobody does.
 */
export async function baseImage(project: Project, service: Service): Promise<string> {
  if (service.settings.base !== null) return service.settings.base;
  const range =
    service.settings.node ??
    service.workspace.packageManifest.engines?.node ??
    project.root.packageManifest.engines?.node;
  const tag = range === undefined ? await fromNvmrc(project, service) : tagOf(range);
  return `node:${tag}-slim`;
}

/** The image that `base` means where it stands in a FROM line: `host` is made of this machine's own Node. */
export function baseReference(base: string): string {
  return base === 'host' ? hostBaseName(process.versions.node) : base;
}

/** Under which an engine has the base made of this machine's own Node of a version. */
export function hostBaseName(version: string): string {
  return `localhost/shipyarn-host-node:${version.replace(/^v/, '')}`;
}

/** An exact version as it is; a range as its lowest major, which official images tag with its newest release. */
function tagOf(range: string): string {
  const exact = valid(range);
  if (exact !== null) return exact;
  if (/^v?\d+(\.\d+)?$/.test(range)) return range.replace(/^v/, '');
  const lowest = validRange(range) === null ? null : minVersion(range);
  return lowest === null || lowest.major === 0 ? 'lts' : String(lowest.major);
}

/** `20.11.1`, `v20`, `lts/iron`, `lts/*`, `node`. */
async function fromNvmrc(project: Project, service: Service): Promise<string> {
  const bytes =
    (await project.snapshot.read(`${service.path}/.nvmrc`)) ?? (await project.snapshot.read('.nvmrc'));
  const text = bytes?.toString('utf8').replace(/#.*/g, '').trim() ?? '';
  if (/^lts\/[a-z]+$/.test(text)) return text.slice('lts/'.length);
  return text === '' || text === 'lts/*' ? 'lts' : text === 'node' ? 'current' : tagOf(text);
}
