import { readFile } from 'node:fs/promises';
import { isAbsolute, posix, resolve } from 'node:path';
import { inputFailure } from '../errors.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { ParsedConfigFile } from './parseConfigFile.ts';
import type { ConfigFile } from './schema.ts';
import type { Config, Environment, Origin } from './settings.ts';

/** In the root of the repo; the first that is there counts. */
export const configFileNames = ['shipyarn.yaml', 'shipyarn.yml'];

/**
 * The configuration at a snapshot: `shipyarn.yaml`, else `package.json#shipyarn`, laid over what it `extends`;
 * no file at all is a valid configuration. `configPath` (the `--config` option) is read from disk instead:
 * it is what the person at the keyboard points to. `root` resolves a relative path of the infra repo.
 */
export async function loadConfig(
  snapshot: Snapshot,
  options: { root: string; cwd: string; configPath?: string | undefined },
): Promise<Config> {
  // Loads while Git is asked; nearly every repo has a configuration, or Yarn's, which is YAML as well.
  import('./parseConfigFile.ts').catch(() => undefined);
  const main =
    options.configPath === undefined
      ? await readFromSnapshot(snapshot)
      : await readFromDisk(resolve(options.cwd, options.configPath), options.configPath);
  const chain = main === null ? [] : await followExtends(main, snapshot);
  return toConfig(chain, options.root);
}

async function readFromSnapshot(snapshot: Snapshot): Promise<ParsedConfigFile | null> {
  for (const file of configFileNames) {
    const content = await snapshot.read(file);
    if (content !== null) return parse(content.toString('utf8'), file);
  }
  const packageManifest = await snapshot.read('package.json');
  if (packageManifest === null || !packageManifest.includes('"shipyarn"')) return null;
  return parse(packageManifest.toString('utf8'), 'package.json', ['shipyarn']);
}

async function readFromDisk(path: string, shownAs: string): Promise<ParsedConfigFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw inputFailure({
      reason: 'config-not-readable',
      message: `The configuration ${shownAs} cannot be read (${cause.code}).`,
      hint: 'Give --config a file that exists, or leave it out to use shipyarn.yaml.',
      at: { file: shownAs },
    });
  });
  return parse(text, shownAs);
}

/** The YAML parser and the schema load only where there is a configuration. */
async function parse(text: string, file: string, at?: readonly string[]): Promise<ParsedConfigFile> {
  const { parseConfigFile } = await import('./parseConfigFile.ts');
  return parseConfigFile(text, file, at);
}

/** The file and all that it extends, nearest first. */
async function followExtends(main: ParsedConfigFile, snapshot: Snapshot): Promise<ParsedConfigFile[]> {
  const chain = [main];
  const seen = new Set<string>();
  for (let current = main; current.value.extends !== undefined; ) {
    const origin = current.origin(['extends']);
    const path = posix.join(posix.dirname(origin.file), current.value.extends);
    const content = isAbsolute(path) || path.startsWith('..') ? null : await snapshot.read(path);
    if (content === null || seen.has(path)) {
      throw inputFailure({
        reason: content === null ? 'config-extends-missing' : 'config-extends-cycle',
        message: `${origin.file}:${origin.line}: \`extends\` names ${path}, ${content === null ? 'which is not a file of this repo' : 'which extends itself'}.`,
        hint: 'Name a committed file by its path from the folder of this configuration.',
        at: origin,
      });
    }
    seen.add(path);
    current = await parse(content.toString('utf8'), path);
    chain.push(current);
  }
  return chain;
}

function toConfig(chain: readonly ParsedConfigFile[], root: string): Config {
  const file = chain.reduceRight<ConfigFile>((base, layer) => overlay(base, layer.value), {});
  checkCache(file, originOf(chain, ['cache']));
  return {
    file,
    origin: (key) => originOf(chain, key.split('.')),
    services: file.services ?? null,
    registries: typeof file.registry === 'string' ? [file.registry] : (file.registry ?? []),
    branch: file.branch ?? null,
    channels: file.channels ?? {},
    tagFormat: file.tagFormat ?? '{service}@{version}',
    environments: environmentsOf(file, root, (key) => originOf(chain, key.split('.'))),
  };
}

/** An engine keeps its cache inside images alone, and without BuildKit there are no stages to keep. */
function checkCache({ cache, builder = 'auto' }: ConfigFile, at: Origin | null): void {
  if (cache !== 'registry' || builder === 'buildx') return;
  throw inputFailure({
    reason: 'cache-needs-buildx',
    message: `${at?.file}:${at?.line}: \`cache: registry\` goes with \`builder: buildx\`, and the builder is \`${builder}\`.`,
    hint: 'Leave `cache` out, or set `builder: buildx`.',
    ...(at === null ? {} : { at }),
  });
}

/** `over` wins; maps are merged key by key, lists and scalars replaced. */
function overlay<T extends object>(base: T, over: T): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(over)) {
    const under = merged[key];
    merged[key] = isPlainObject(under) && isPlainObject(value) ? overlay(under, value) : value;
  }
  return merged as T;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function originOf(chain: readonly ParsedConfigFile[], path: readonly string[]): Origin | null {
  const layer = chain.find(({ value }) => {
    let node: unknown = value;
    for (const key of path) node = (node as Record<string, unknown> | undefined)?.[key];
    return node !== undefined;
  });
  return layer?.origin(path) ?? null;
}

function environmentsOf(
  file: ConfigFile,
  root: string,
  origin: (key: string) => Origin | null,
): Environment[] {
  const declared = file.environments ?? (file.infra === undefined ? {} : { production: {} });
  return Object.entries(declared).map(([name, environment]) => {
    const repo = environment.repo ?? file.infra?.repo;
    if (repo === undefined) {
      const at = origin(`environments.${name}`);
      throw inputFailure({
        reason: 'config-environment-without-repo',
        message: `${at?.file}:${at?.line}: environment \`${name}\` has no infra repo.`,
        hint: `Set \`infra.repo\`, or \`environments.${name}.repo\`.`,
        ...(at === null ? {} : { at }),
      });
    }
    return {
      ...(file.infra?.branch === undefined ? {} : { branch: file.infra.branch }),
      ...(file.infra?.paths === undefined ? {} : { paths: file.infra.paths }),
      ...environment,
      name,
      repo: isLocalPath(repo) ? resolve(root, repo) : repo,
    };
  });
}

/** Git's rule (git-clone, "GIT URLS"): no scheme, and no colon before the first slash. */
function isLocalPath(repo: string): boolean {
  return !repo.includes('://') && !/^[^/]+:/.test(repo);
}
