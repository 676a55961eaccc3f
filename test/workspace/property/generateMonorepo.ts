import semver from 'semver';
import type { YarnVersion } from '../yarnRepo.ts';
import { tarball } from './fakeRegistry.ts';
import { plainNames } from './publishedPackages.ts';
import type { Random } from './seededRandom.ts';

export interface GeneratedMonorepo {
  files: Record<string, unknown>;
  /** Names of workspaces. */
  names: string[];
  /** `ignoreDependencies` for its services. */
  ignored: string[];
}

interface Manifest {
  name: string;
  version: string;
  [field: string]: unknown;
}

const special = [
  'watcher',
  'typescript',
  'resolve',
  '@babel/parser',
  'got',
  'native',
  'plugin',
  'uses-workspace',
];
/** Yarn 2 and 3 cannot patch packages that are invented; real ones are looked at elsewhere. */
const patchedByYarn = ['watcher', 'typescript', 'resolve'];
const ranges = ['^1.0.0', '~1.1.0', '2.x', '*', '1.0.0', 'latest', '>=1.0.0 <2', '1 || 2'];

/** A monorepo of a few workspaces over the features of a Yarn family; the same for the same random numbers. */
export async function generateMonorepo(
  random: Random,
  yarn: YarnVersion,
  registry: string,
): Promise<GeneratedMonorepo> {
  const count = random.between(2, 6);
  const folders = Array.from(
    { length: count },
    (_, index) => `${random.pick(['packages', 'libs/deep', 'services'])}/w${index}`,
  );
  const names = folders.map((_, index) => `@acme/w${index}`);
  const files: Record<string, unknown> = {};
  const settings: string[] = yarn === 1 ? [] : berrySettings(random, yarn, registry);
  const root: Manifest = {
    name: 'acme',
    version: '0.0.0',
    private: true,
    workspaces: random.chance(0.3)
      ? { packages: ['packages/*', 'libs/**', 'services/*'] }
      : ['packages/*', 'libs/*/*', 'services/*', '!services/none'],
    dependencies: packages(random, yarn, 1),
    devDependencies: packages(random, yarn, 3),
  };
  const versions = folders.map(() => random.pick(['1.0.0', '1.2.0', '2.0.0']));
  for (const [index, folder] of folders.entries()) {
    const manifest = workspace(random, yarn, { index, names, folders, versions });
    await addLocal(random, yarn, manifest, folder, files);
    files[`${folder}/package.json`] = manifest;
    files[`${folder}/index.js`] = 'module.exports = 1;\n';
  }
  addResolutions(random, yarn, root, files);
  if (yarn !== 1) addExtensions(random, settings, names);
  if (yarn === 4 && random.chance(0.5)) addCatalog(random, settings, files, folders);
  if (yarn === 1) files['.yarnrc'] = `registry "${registry}"\n`;
  else files['.yarnrc.yml'] = `${settings.join('\n')}\n`;
  files['package.json'] = root;
  return { files, names, ignored: random.some([...plainNames, 'typescript'], 3) };
}

function berrySettings(random: Random, yarn: 2 | 3 | 4, registry: string): string[] {
  return [
    `nodeLinker: ${random.pick(['node-modules', 'pnp', ...(yarn === 2 ? [] : ['pnpm'])])}`,
    `npmRegistryServer: "${registry}"`,
    'unsafeHttpWhitelist: ["127.0.0.1"]',
    ...(yarn === 4 ? ['npmMinimalAgeGate: 0'] : []),
    ...(random.chance(0.2) ? ['compressionLevel: 0'] : []),
  ];
}

function packages(random: Random, yarn: YarnVersion, most: number): Record<string, string> {
  const known = yarn === 2 || yarn === 3 ? special.filter((name) => !patchedByYarn.includes(name)) : special;
  const names = random.some([...plainNames, ...known], most);
  return Object.fromEntries(
    names.map((name) => {
      const range = rangeOf(random, name);
      // Yarn 1 takes a package for an alias of that name, or the other way round, depending on what it sees first.
      return [yarn === 1 && range.startsWith('npm:') ? `${name}-alias` : name, range];
    }),
  );
}

function rangeOf(random: Random, name: string): string {
  if (name === 'typescript') return random.pick(['^4.0.0', '^5.0.0', '*']);
  if (special.includes(name)) return random.pick(['*', '>=1', 'latest']);
  if (random.chance(0.1)) return `npm:${random.pick(plainNames)}@^1.0.0`;
  return random.pick(ranges);
}

function workspace(
  random: Random,
  yarn: YarnVersion,
  all: { index: number; names: string[]; folders: string[]; versions: string[] },
): Manifest {
  const { index, names, versions } = all;
  const others = names.map((_, other) => other).filter((other) => other !== index);
  const links = (most: number) =>
    Object.fromEntries(
      random.some(others, most).map((other) => [names[other], linkTo(random, yarn, all, other)]),
    );
  const manifest: Manifest = {
    name: names[index] as string,
    version: versions[index] as string,
    description: `Workspace ${index}`,
    dependencies: { ...packages(random, yarn, 3), ...links(2) },
    devDependencies: { ...packages(random, yarn, 2), ...links(1) },
    ...(random.chance(0.3) ? { optionalDependencies: packages(random, yarn, 2) } : {}),
    ...(random.chance(0.3)
      ? {
          peerDependencies: {
            ant: '*',
            ...(random.chance(0.3) ? { [names[others[0] ?? 0] as string]: '*' } : {}),
          },
        }
      : {}),
    ...(random.chance(0.2) ? { bin: { [`w${index}`]: './index.js' } } : {}),
    ...(random.chance(0.2) ? { scripts: { build: 'node index.js', test: 'exit 1' } } : {}),
  };
  if (random.chance(0.2))
    manifest.dependenciesMeta = { ant: { built: false }, 'native@1.0.0': { unplugged: true } };
  if (random.chance(0.2)) manifest.peerDependenciesMeta = { ant: { optional: true } };
  return manifest;
}

function linkTo(
  random: Random,
  yarn: YarnVersion,
  { folders, versions }: { folders: string[]; versions: string[] },
  other: number,
): string {
  const version = versions[other] as string;
  if (yarn === 1) return random.pick([version, `^${version}`, '*']);
  const folder = folders[other] as string;
  return random.pick([
    // Yarn 2 knows neither.
    ...(yarn === 2 ? [] : ['workspace:^', 'workspace:~']),
    'workspace:*',
    `workspace:${folder}`,
    `workspace:^${version}`,
    `^${version}`,
    version,
  ]);
}

/** Folders and archives beside the workspace: `portal:`, `link:`, `file:`; Yarn 1 knows no portals. */
async function addLocal(
  random: Random,
  yarn: YarnVersion,
  manifest: Manifest,
  folder: string,
  files: Record<string, unknown>,
): Promise<void> {
  if (!random.chance(0.3)) return;
  const dependencies = manifest.dependencies as Record<string, string>;
  const kind = random.pick([...(yarn === 1 ? [] : ['portal']), 'link', 'file', 'tgz']);
  const name = `local-${folder.split('/').at(-1)}`;
  const up = folder
    .split('/')
    .map(() => '..')
    .join('/');
  if (kind === 'tgz') {
    files[`vendor/${name}.tgz`] = await tarball({ name, version: '1.0.0', dependencies: { elk: '^1.0.0' } });
    dependencies[name] = `file:${up}/vendor/${name}.tgz`;
    return;
  }
  files[`vendor/${name}/package.json`] = { name, version: '1.0.0', dependencies: { fox: '^1.0.0' } };
  files[`vendor/${name}/index.js`] = 'module.exports = 2;\n';
  dependencies[name] = `${kind}:${up}/vendor/${name}`;
}

function addResolutions(
  random: Random,
  yarn: YarnVersion,
  root: Manifest,
  files: Record<string, unknown>,
): void {
  const resolutions: Record<string, string> = {};
  if (random.chance(0.4)) resolutions[random.pick(plainNames)] = random.pick(['1.1.0', '2.0.0', '^1.0.0']);
  if (random.chance(0.3)) resolutions[`${random.pick(plainNames)}/${random.pick(plainNames)}`] = '1.0.0';
  if (yarn !== 1 && random.chance(0.3)) {
    resolutions[yarn === 4 ? 'bee@npm:^1.0.0' : 'bee@^1.0.0'] = '2.0.0';
  }
  if (yarn !== 1 && random.chance(0.4)) {
    const name = random.pick(yarn === 2 || yarn === 3 ? ['dog', 'elk'] : ['dog', 'elk', 'typescript']);
    const version = name === 'typescript' ? '5.0.4' : '1.0.0';
    const file = `.yarn/patches/${name}.patch`;
    files[file] =
      `diff --git a/index.js b/index.js\n--- a/index.js\n+++ b/index.js\n@@ -1,1 +1,1 @@\n-module.exports = '${version}';\n+module.exports = 'patched';\n`;
    resolutions[name] =
      yarn === 4 ? `patch:${name}@npm%3A${version}#~/${file}` : `patch:${name}@${version}#./${file}`;
  }
  if (yarn === 1) dropContradictions(resolutions, [root, ...Object.values(files)]);
  if (Object.keys(resolutions).length > 0) root.resolutions = resolutions;
}

/**
 * Yarn 1 resolves a workspace's own range before it sees that a replacement contradicts it, and keeps what the version
 * that it does not take depends on; where a replacement is for one parent alone, the order in which it sees the two
 * decides.
 */
function dropContradictions(resolutions: Record<string, string>, manifests: readonly unknown[]): void {
  const fields = ['dependencies', 'devDependencies', 'optionalDependencies'];
  const direct = manifests
    .flatMap((manifest) => fields.map((field) => (manifest as Record<string, object>)[field] ?? {}))
    .flatMap((dependencies) => Object.entries(dependencies) as [string, string][]);
  for (const [pattern, replacement] of Object.entries(resolutions)) {
    const [, parent, name] = /^(?:(.+)\/)?((?:@[^/]+\/)?[^/]+)$/.exec(pattern) ?? [];
    const version = semver.minVersion(replacement)?.version ?? '';
    const contradicts = ([named, range]: [string, string]) =>
      named === name && (parent !== undefined || !semver.satisfies(version, range));
    if (direct.some(contradicts)) delete resolutions[pattern];
  }
}

function addExtensions(random: Random, settings: string[], workspaces: readonly string[]): void {
  if (!random.chance(0.4)) return;
  const [name, added] = [random.pick([...plainNames, ...workspaces]), random.pick(plainNames)];
  settings.push(
    'packageExtensions:',
    `  "${name}@${random.pick(['*', '1.x', '^2.0.0'])}":`,
    '    dependencies:',
    `      "${added}": "^1.0.0"`,
  );
}

function addCatalog(
  random: Random,
  settings: string[],
  files: Record<string, unknown>,
  folders: readonly string[],
): void {
  settings.push('catalog:', '  gnu: ^1.0.0', '  jay: 2.x', 'catalogs:', '  old:', '    gnu: 1.0.0');
  for (const folder of folders) {
    const manifest = files[`${folder}/package.json`] as Manifest;
    const field = random.pick(['dependencies', 'devDependencies']);
    const dependencies = manifest[field] as Record<string, string>;
    if (random.chance(0.5)) dependencies.gnu = random.pick(['catalog:', 'catalog:old']);
    if (random.chance(0.3)) dependencies.jay = 'catalog:';
  }
}
