import type { ContextContents } from '../../workspace/contextContents.ts';
import { sourceDate } from '../buildkit/sourceDate.ts';

/** One image of a bake file. */
export interface BakeImage {
  contents: ContextContents;
  /** Folder that holds its context. */
  context: string;
  /** With the registry: `registry.example.com/team/api:1.2.3`. */
  references: readonly string[];
  /** As `docker buildx build --output` takes it: `type=image,push=true`. */
  output: string;
  /** As `--secret` takes them: `id=token,env=TOKEN`. */
  secrets: readonly string[];
  /** Images whose inline cache may be used. */
  cacheFrom?: readonly string[];
  /** Name under which the layers of all stages are kept; default: the image carries its own. */
  cacheTo?: string;
  refreshBase?: boolean;
}

interface BakeTarget {
  context: string;
  dockerfile: string;
  args: Record<string, string>;
  tags: string[];
  platforms?: string[];
  secret?: string[];
  'cache-from'?: string[];
  'cache-to'?: string[];
  pull?: true;
  output: string[];
  attest: string[];
}

/** A bake file as JSON holds it. Source: docker/buildx `docs/bake-reference.md`. */
export interface BakeFile {
  group: { default: { targets: string[] } };
  target: Record<string, BakeTarget>;
}

/**
 * The images as a bake file: a function of its arguments. Without provenance, which would turn every image into an
 * index (docker/build-push-action#755).
 */
export function bakeFile(images: readonly BakeImage[]): BakeFile {
  const target: Record<string, BakeTarget> = {};
  for (const image of images) {
    const name = targetName(image.contents.service.name);
    let free = name;
    for (let count = 2; Object.hasOwn(target, free); count += 1) free = `${name}-${count}`;
    target[free] = bakeTarget(image);
  }
  return { group: { default: { targets: Object.keys(target) } }, target };
}

/** Letters, digits, `_` and `-` are all that bake takes. */
export function targetName(service: string): string {
  return service.replace(/^@/, '').replace(/[^\w-]+/g, '-');
}

function bakeTarget(image: BakeImage): BakeTarget {
  const { contents, context, references, output, secrets, cacheFrom = [], cacheTo } = image;
  const args = {
    ...sourceDate,
    ...contents.buildArguments,
    ...(cacheTo === undefined ? { BUILDKIT_INLINE_CACHE: '1' } : {}),
  };
  return {
    context: literal(context),
    dockerfile: literal(contents.dockerfile.path),
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, literal(value)])),
    tags: references.map(literal),
    ...(contents.platforms.length > 0 ? { platforms: contents.platforms.map(literal) } : {}),
    ...(secrets.length > 0 ? { secret: secrets.map(literal) } : {}),
    ...(cacheFrom.length > 0
      ? { 'cache-from': cacheFrom.map((reference) => literal(`type=registry,ref=${reference}`)) }
      : {}),
    ...(cacheTo === undefined ? {} : { 'cache-to': [literal(cacheExport(cacheTo))] }),
    ...(image.refreshBase ? { pull: true as const } : {}),
    output: [literal(output)],
    attest: ['type=provenance,disabled=true'],
  };
}

/** As an image, which every registry takes; a registry that does not is no reason to fail a build. */
function cacheExport(reference: string): string {
  return `type=registry,ref=${reference},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`;
}

/** Bake reads strings as HCL templates: `${HOME}` would be a variable of its own. */
function literal(text: string): string {
  return text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
}
