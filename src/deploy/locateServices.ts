import type { Environment } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import { dropOverridden } from './dropOverridden.ts';
import { type FileFindings, findTagSites, type WantedImage } from './findTagSites.ts';
import { findTarget, type Target, unreadableFile } from './findTarget.ts';
import type { InfraFile } from './infraFiles.ts';
import { isNamed } from './markers.ts';
import type { FileSelection } from './selectFiles.ts';
import type { TagSite } from './tagSite.ts';

/** One scalar that carries a service's tag in an environment. */
export interface LocatedSite {
  file: InfraFile;
  site: TagSite;
}

export interface Located {
  /** By service; a service that is not deployed there (`targets: { api: [] }`) has an empty list. */
  sites: ReadonlyMap<string, readonly LocatedSite[]>;
  /** Files that name an image but are templates, for people: they are left alone. */
  passedOver: readonly { service: string; file: string; line: number }[];
}

/** Files outside the environment's paths that its `targets` name. */
export function targetFiles({ targets = {} }: Environment): string[] {
  return Object.values(targets).flatMap((list) => list.map(({ file }) => file));
}

/**
 * Where the tags of these services stand in an environment's files. Rejects with an input failure where a file
 * names an image but cannot be read (`infra-file-unreadable`), and as `findTarget` does. A service that is
 * found nowhere has no entry.
 */
export function locateServices(
  environment: Environment,
  files: readonly InfraFile[],
  wanted: readonly WantedImage[],
): Located {
  const sites = new Map<string, LocatedSite[]>();
  const add = (service: string, found: readonly LocatedSite[]) =>
    sites.set(service, [...(sites.get(service) ?? []), ...found]);
  const searched = wanted.filter((image) => {
    const targets = targetsOf(environment, image.service);
    if (targets)
      add(
        image.service,
        targets.map((target) => atTarget(target, files, environment.name)),
      );
    return targets === undefined;
  });
  const found = files.map((file) => ({ file, findings: findTagSites(file.text, searched) }));
  for (const { file, findings } of found) {
    for (const { service, site } of findings.sites) add(service, [{ file, site }]);
  }
  for (const [service, located] of sites) sites.set(service, dropOverridden(located, files));
  return { sites, passedOver: unreadable(found) };
}

function targetsOf({ targets = {} }: Environment, service: string): Target[] | undefined {
  return Object.entries(targets).find(([name]) => isNamed(service, name))?.[1];
}

function atTarget(target: Target, files: readonly InfraFile[], environment: string): LocatedSite {
  const file = files.find(({ path }) => path === target.file);
  if (file !== undefined) return { file, site: findTarget(target, file.text) };
  throw inputFailure({
    reason: 'infra-path-missing',
    message: `The infra repo has no file ${target.file}, which \`targets\` of environment \`${environment}\` names.`,
    hint: 'Correct the path in shipyarn.yaml, or add the file.',
    at: { file: target.file },
  });
}

function unreadable(found: readonly { file: InfraFile; findings: FileFindings }[]): Located['passedOver'] {
  return found.flatMap(({ file, findings }) =>
    findings.unreadable.map(({ service, line, message, template }) => {
      if (!template) throw unreadableFile(file.path, { line, message });
      return { service, file: file.path, line };
    }),
  );
}

/** That a service was found nowhere, with what was searched. */
export function notFound(
  image: WantedImage,
  environment: Environment,
  searched: { selection: FileSelection; files: number; located: Located },
): Error {
  const { selection, files, located } = searched;
  const templates = located.passedOver.filter(({ service }) => service === image.service);
  const passedOver = templates.map(({ file, line }) => `${file}:${line} names it, but is a template`);
  const name = image.service.slice(image.service.lastIndexOf('/') + 1);
  return inputFailure({
    reason: 'infra-image-not-found',
    message: `No tag of ${image.repository} (${image.service}) was found for environment \`${environment.name}\`: searched ${selection.description} (${files} files)${passedOver.length === 0 ? '' : `; ${passedOver.join('; ')}`}.`,
    hint: `Deploy it there once by hand, mark its tag with \`# shipyarn: ${name}\`, or say where it stands with \`environments.${environment.name}.targets\` (an empty list: it is not deployed there).`,
  });
}
