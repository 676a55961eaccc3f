import { posix } from 'node:path';
import type { ContextContents, ContextYarn } from '../contextContents.ts';
import { compareBytes } from '../snapshot.ts';
import { baseReference } from './nodeVersion.ts';

/** Where the cache mount stands; both families keep what they download below it. */
const cache = '/yarn-cache';

/** What a template may use. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/** What each variable consists of. */
export const variableShapes = {
  ...{ base: '', mounts: '', rootFiles: '', leftovers: '', build: true, dependencies: true },
  ...{ buildArguments: [''], environment: [''], workingDirectory: '', entrypoint: '', command: '' },
  service: { name: '', path: '' },
  yarn: { run: '', install: '', environment: [''] },
  builds: [{ folder: '' }],
  outputs: [{ folder: '', outputParent: '' }],
};

/** The variables of a Dockerfile template; docs/dockerfile.md describes each. */
export function templateVariables(
  described: Omit<ContextContents, 'identity' | 'dockerfile'>,
): Record<keyof typeof variableShapes, unknown> {
  const { service, layers, builds, runtime, yarn } = described;
  const run = words(['node', posix.join('/app', yarn.run[1] ?? '')]);
  return {
    service,
    base: baseReference(described.base),
    buildArguments: Object.keys(described.buildArguments).sort(),
    yarn: {
      run: `${secretExports(described.secrets)}${run}`,
      install: `${secretExports(described.secrets)}${run} ${words(yarn.install)}`,
      environment: pairs({ ...yarn.environment, ...cacheEnvironment[yarn.cache] }),
    },
    mounts: mounts(described.secrets),
    build: builds.length > 0,
    builds: builds.map(({ path }) => ({ folder: folder(path) })),
    rootFiles: builds.length === 0 ? false : rootFiles(described),
    outputs: runtime.map(({ path }) => output(path, service.path)),
    dependencies: layers.some(({ name }) => name === 'dependencies'),
    leftovers: words(leftovers(yarn)),
    environment: pairs(described.environment),
    workingDirectory: posix.join('/app', described.workingDirectory),
    entrypoint: JSON.stringify(described.entrypoint),
    command: JSON.stringify(described.command),
  };
}

/** See `ContextYarn.cache`. */
const cacheEnvironment: Readonly<Record<ContextYarn['cache'], Readonly<Record<string, string>>>> = {
  classic: { YARN_CACHE_FOLDER: cache },
  global: { YARN_GLOBAL_FOLDER: cache, YARN_ENABLE_GLOBAL_CACHE: '1' },
  mirror: { YARN_GLOBAL_FOLDER: cache, YARN_ENABLE_GLOBAL_CACHE: '0' },
  archives: {
    YARN_GLOBAL_FOLDER: '/app/.yarn/global',
    YARN_CACHE_FOLDER: `${cache}/cache`,
    YARN_ENABLE_GLOBAL_CACHE: '0',
  },
  committed: { YARN_GLOBAL_FOLDER: cache },
};

function mounts(secrets: readonly string[]): string {
  const own = secrets.map((id) => `--mount=type=secret,id=${id}`);
  return [`--mount=type=cache,id=shipyarn-yarn,target=${cache},sharing=locked`, ...own].join(' ');
}

/** `ca` is a CA bundle; a secret that is named like an environment variable becomes one. */
function secretExports(secrets: readonly string[]): string {
  return secrets
    .flatMap((id) => {
      if (id === 'ca') return ['export NODE_EXTRA_CA_CERTS=/run/secrets/ca && '];
      return /^[A-Z_][A-Z0-9_]*$/.test(id) ? [`export ${id}="$(cat /run/secrets/${id})" && `] : [];
    })
    .join('');
}

/** Files of the service's layer outside its workspace, for a shell; false where there are none. */
function rootFiles({ layers, service }: Pick<ContextContents, 'layers' | 'service'>): string | false {
  const layer = layers.find(({ name }) => name === 'service');
  const own = service.path === '' ? '' : `${service.path}/`;
  const paths = (layer?.parts ?? []).flatMap((part) => part.entries().map(({ path }) => path));
  const outside = new Set(paths.filter((path) => !path.startsWith(own)));
  return outside.size === 0 ? false : words([...outside].sort(compareBytes));
}

/** Where the build stage leaves a workspace for the final one: dependencies apart from the service. */
function output(path: string, servicePath: string) {
  const layer = path === servicePath ? 'service' : 'dependencies';
  return { folder: folder(path), outputParent: posix.dirname(`/output/${layer}/${path}`) };
}

/** What Yarn leaves behind and no service needs, from the app folder. PnP runs from the cache and the unplugged packages. */
export function leftovers({ linker, archives }: Pick<ContextYarn, 'linker' | 'archives'>): string[] {
  if (linker === 'pnp') return ['.yarn/install-state.gz', '.yarn/releases', '.shipyarn'];
  const apart = archives === null || archives.startsWith('.yarn/') ? [] : [archives];
  return ['.yarn', '.shipyarn', ...apart];
}

function folder(path: string): string {
  return path === '' ? '.' : words([path]);
}

function pairs(record: Readonly<Record<string, string>>): string[] {
  return Object.entries(record).map(
    ([name, value]) => `${name}=${/\s/.test(value) ? JSON.stringify(value) : value}`,
  );
}

/** Words for a shell. */
function words(list: readonly string[]): string {
  return list
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
