import { escapeRegExp } from '../escapeRegExp.ts';
import { findImages } from './findImages.ts';
import { normalRepository } from './imageReference.ts';
import { findMarkedSites, markersIn } from './markers.ts';
import { readYaml, type YamlProblem } from './readYaml.ts';
import type { TagSite } from './tagSite.ts';
import { everyTree, type YamlTree } from './yamlTree.ts';

/** A service and the image that it ships. */
export interface WantedImage {
  /** Full name: `@acme/api`. */
  service: string;
  /** With the registry. */
  repository: string;
}

export interface FoundSite {
  service: string;
  site: TagSite;
}

/** What one file says about the wanted images. */
export interface FileFindings {
  sites: readonly FoundSite[];
  /** Services whose image the file names although it cannot be read. `template`: because of `{{ }}`. */
  unreadable: readonly (YamlProblem & { service: string; template: boolean })[];
}

/** The scalars of one file that carry the tags of these images: by image name, and by marker comment. Pure. */
export function findTagSites(text: string, wanted: readonly WantedImage[]): FileFindings {
  if (!mentionsAny(text, wanted)) return { sites: [], unreadable: [] };
  const markers = markersIn(text);
  const reading = readYaml(text);
  const trees = 'problem' in reading ? [] : reading.trees;
  const marked = findMarkedSites(text, markers, trees, wanted);
  const problems = 'problem' in reading ? [{ ...reading.problem, text }] : trees.flatMap(embeddedProblems);
  const ofOthers = new Set(markers.map(({ line }) => line));
  const named = findImages(trees)
    .filter(({ scalar }) => !ofOthers.has(scalar.place.line))
    .flatMap((site) => servicesOf(site, wanted).map((service) => ({ service, site })));
  const settled = new Set(marked.map(({ service }) => service));
  return {
    sites: [...named, ...marked],
    unreadable: problems.flatMap(({ line, message, text: within }) =>
      wanted
        .filter(({ service, repository }) => !settled.has(service) && names(within, repository))
        .map(({ service }) => ({ service, line, message, template: within.includes('{{') })),
    ),
  };
}

/** A cheap look before the file is parsed: most files of an infra repo name none of the images. */
function mentionsAny(text: string, wanted: readonly WantedImage[]): boolean {
  return (
    text.includes('shipyarn:') ||
    wanted.some(({ repository }) => text.includes(repository.slice(repository.lastIndexOf('/') + 1)))
  );
}

function servicesOf({ images }: TagSite, wanted: readonly WantedImage[]): string[] {
  const spelled = new Set(images.map(normalRepository));
  return wanted
    .filter(({ repository }) => spelled.has(normalRepository(repository)))
    .map(({ service }) => service);
}

/** Whether the text holds the repository as a whole name, with or without its registry. */
function names(text: string, repository: string): boolean {
  const escaped = escapeRegExp(repository);
  return new RegExp(`(?<![\\w./-])${escaped}(?![\\w/-])`).test(text);
}

function embeddedProblems(tree: YamlTree): (YamlProblem & { text: string })[] {
  return [...everyTree(tree)].flatMap((found) =>
    found.kind === 'scalar' && found.embeddedProblem !== undefined
      ? [{ line: found.place.line, message: `The YAML inside: ${found.embeddedProblem}`, text: found.text }]
      : [],
  );
}
