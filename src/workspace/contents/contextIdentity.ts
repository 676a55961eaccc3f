import { digestOf } from '../../sha256.ts';
import type { ContextContents } from '../contextContents.ts';

/** Names how identities are made; a tag's trailer carries it beside the identity. */
export const identityScheme = 'context-5';

/** `sha256:…` over what an image is made of, in a canonical form. */
export function identityOf(contents: Omit<ContextContents, 'identity'>): string {
  const { service, shape, layers, dockerfile, yarn, builds, runtime, builder, platforms, base } = contents;
  const { command, entrypoint, workingDirectory, environment, buildArguments, secrets } = contents;
  const canonical = JSON.stringify([
    identityScheme,
    service,
    shape,
    layers.map(({ name, prefix, key }) => [name, prefix, key]),
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
  return digestOf(canonical);
}

function pairs(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
