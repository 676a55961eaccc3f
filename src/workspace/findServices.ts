import { serviceSettings, unscopedName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { type FileLocation, inputFailure } from '../errors.ts';
import { globMatcher } from './globMatcher.ts';
import type { Project, Workspace } from './project.ts';
import type { Service } from './service.ts';
import { compareBytes } from './snapshot.ts';

/**
 * The workspaces that ship an image, sorted by name: those that the `services` globs match by folder or name,
 * else those with a Dockerfile of their own.
 */
export async function findServices(project: Project, config: Config): Promise<Service[]> {
  const workspaces = [...project.workspaces.values()];
  const chosen =
    config.services === null
      ? await withDockerfile(workspaces, project)
      : matching(workspaces, config.services);
  if (chosen.length === 0) throw noServices(config);
  const services = chosen
    .map((workspace) => ({
      name: workspace.name,
      path: workspace.path,
      workspace,
      settings: serviceSettings(config, workspace),
    }))
    .sort((a, b) => compareBytes(a.name, b.name));
  checkImageNames(services, config);
  checkOverrides(services, config);
  return services;
}

/** The services that the words name, by full name, unscoped name or folder; all where there are no words. */
export function pickServices<T extends { name: string; path: string }>(
  services: readonly T[],
  words: readonly string[],
): T[] {
  if (words.length === 0) return [...services];
  return words.map((word) => {
    const found = named(services, word);
    if (found.length > 1) throw ambiguous(`\`${word}\``, found);
    if (found[0] !== undefined) return found[0];
    throw inputFailure({
      reason: 'unknown-service',
      message: `There is no service \`${word}\`.`,
      hint: `Services here: ${services.map(({ name }) => name).join(', ')}.`,
    });
  });
}

/** Services that a word means: the one with that name or folder, else all with that unscoped name. */
function named<T extends { name: string; path: string }>(services: readonly T[], word: string): T[] {
  const folder = word.replace(/^\.\//, '').replace(/\/$/, '');
  const exact = services.find(({ name, path }) => name === word || path === folder);
  return exact === undefined ? services.filter(({ name }) => unscopedName(name) === word) : [exact];
}

function ambiguous(word: string, found: readonly { name: string }[], at: FileLocation | null = null) {
  return inputFailure({
    reason: 'ambiguous-service',
    message: `${word} may mean ${found.map(({ name }) => name).join(' or ')}.`,
    hint: 'Give the full name, or the folder.',
    ...(at === null ? {} : { at }),
  });
}

async function withDockerfile(workspaces: readonly Workspace[], project: Project): Promise<Workspace[]> {
  const { snapshot } = project;
  const isThere = async (folder: string) => {
    if (snapshot.readIn !== undefined) return (await snapshot.readIn(folder, 'Dockerfile')) !== null;
    const entry = await snapshot.entry(`${folder}/Dockerfile`);
    return entry !== null && entry.mode !== '040000';
  };
  const found = await Promise.all(workspaces.map(({ path }) => isThere(path)));
  return workspaces.filter((_, index) => found[index]);
}

/** By folder or name; a glob that starts with `!` takes workspaces away. */
function matching(workspaces: readonly Workspace[], globs: readonly string[]): Workspace[] {
  const isWanted = globMatcher(globs.filter((glob) => !glob.startsWith('!')));
  const isUnwanted = globMatcher(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)));
  return workspaces.filter(
    ({ path, name }) => (isWanted(path) || isWanted(name)) && !isUnwanted(path) && !isUnwanted(name),
  );
}

function noServices(config: Config) {
  const at = config.origin('services');
  return inputFailure({
    reason: 'no-services',
    message:
      config.services === null
        ? 'No workspace has a Dockerfile, and the configuration names no services.'
        : `No workspace matches \`services: ${JSON.stringify(config.services)}\`.`,
    hint: 'Say which workspaces ship an image in shipyarn.yaml: `services: ["services/*"]`.',
    ...(at === null ? {} : { at }),
  });
}

function checkImageNames(services: readonly Service[], config: Config): void {
  const byImage = new Map<string, Service>();
  for (const service of services) {
    const twin = byImage.get(service.settings.image);
    if (twin !== undefined) {
      const at = config.origin('overrides');
      throw inputFailure({
        reason: 'image-name-twice',
        message: `The services ${twin.name} and ${service.name} would both be the image \`${service.settings.image}\`.`,
        hint: `Give one another name: \`overrides: { "${service.name}": { image: … } }\`.`,
        ...(at === null ? {} : { at }),
      });
    }
    byImage.set(service.settings.image, service);
  }
}

function checkOverrides(services: readonly Service[], config: Config): void {
  for (const key of Object.keys(config.file.overrides ?? {})) {
    const found = named(services, key);
    if (found.length === 1) continue;
    const at = config.origin(`overrides.${key}`);
    if (found.length > 1) throw ambiguous(`\`overrides.${key}\``, found, at);
    throw inputFailure({
      reason: 'override-without-service',
      message: `\`overrides.${key}\` names no service.`,
      hint: `Services here: ${services.map(({ name }) => name).join(', ')}.`,
      ...(at === null ? {} : { at }),
    });
  }
}
