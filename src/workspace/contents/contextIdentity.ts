import { digestOf } from '../../sha256.ts';
import type { ContextContents, ContextLayer, ContextPart } from '../contextContents.ts';

/** Names how identities are made; a tag's trailer carries it beside the identity. */
export const identityScheme = 'context-5';

/** `sha256:…` over what an image is made of, in a canonical form. */
export function identityOf(contents: Omit<ContextContents, 'identity'>): string {
  const layers = contents.layers.map(({ name, prefix, key }) => [name, prefix, key]);
  return digestOf(canonical(contents, layers));
}

/** Whether two contexts have the same identity; what both share is not looked into for that. */
export function isSameImage(a: ContextContents, b: ContextContents): boolean {
  return (
    canonical(a, []) === canonical(b, []) &&
    a.layers.length === b.layers.length &&
    a.layers.every((layer, index) => isSameLayer(layer, b.layers[index] as ContextLayer))
  );
}

function isSameLayer(a: ContextLayer, b: ContextLayer): boolean {
  const isSamePart = (part: ContextPart, index: number) =>
    part === b.parts[index] || part.key === b.parts[index]?.key;
  return (
    a.name === b.name &&
    a.prefix === b.prefix &&
    a.parts.length === b.parts.length &&
    a.parts.every(isSamePart)
  );
}

function canonical(contents: Omit<ContextContents, 'identity'>, layers: readonly string[][]): string {
  const { service, shape, dockerfile, yarn, builds, runtime, builder, platforms, base } = contents;
  const { command, entrypoint, workingDirectory, environment, buildArguments, secrets } = contents;
  return JSON.stringify([
    identityScheme,
    service,
    shape,
    layers,
    [dockerfile.path, dockerfile.text],
    [yarn.family, yarn.version, yarn.linker, yarn.run, yarn.install, yarn.cache, pairs(yarn.environment)],
    builds,
    runtime,
    [command, entrypoint, workingDirectory, pairs(environment)],
    pairs(buildArguments),
    secrets,
    builder,
    platforms,
    base,
  ]);
}

function pairs(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
