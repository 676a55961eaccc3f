import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { parse } from 'yaml';
import type { TestRepo } from '../helpers/testRepo.ts';

/** A workspace of a model monorepo. */
interface ModelWorkspace {
  name: string;
  version?: string;
  /** Ranges by name; `workspace:^` for workspaces, `^1` and the like for the packages of the model. */
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  description?: string;
  engines?: Record<string, string>;
  /** By path inside the folder. */
  files: Record<string, string>;
}

/** A small Yarn 4 monorepo as a value, to be edited and committed. */
export interface Model {
  /** By folder. */
  workspaces: Record<string, ModelWorkspace>;
  /** Third-party packages: version and ranges of dependencies by name. */
  packages: Record<string, { version: string; dependencies?: Record<string, string> }>;
  /** Fields of the root's package.json beside the usual ones. */
  root: Record<string, unknown> & {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  /** Patched packages: the range that stands in manifests, the version patched, the patch file. */
  patches?: Record<string, { range: string; source: string; path: string }>;
  /** Further files by path from the root. */
  files: Record<string, string>;
  /** Ranges that `catalog:` stands for, by package; added to `.yarnrc.yml`. */
  catalog?: Record<string, string>;
}

/** Sets or, with null, removes a file of a workspace. */
export function editFile(model: Model, folder: string, path: string, content: string | null): void {
  const files = model.workspaces[folder]?.files ?? {};
  if (content === null) delete files[path];
  else files[path] = content;
}

/** `services/api` needs `packages/http`, which needs `packages/log`; `services/web` needs `packages/ui`; `services/worker` only `packages/log`. */
export function exampleModel(): Model {
  const library = (name: string, dependencies: Record<string, string> = {}) => ({
    name: `@acme/${name}`,
    version: '1.0.0',
    dependencies,
    files: { 'src/index.js': `export const ${name} = 1;\n`, 'README.md': `# ${name}\n` },
  });
  const service = (name: string, dependencies: Record<string, string>) => ({
    name: `@acme/${name}`,
    version: '0.0.0',
    dependencies,
    scripts: { start: 'node src/server.js' },
    files: {
      'src/server.js': `console.log('${name}');\n`,
      'src/server.test.js': 'test();\n',
      'README.md': `# ${name}\n`,
    },
  });
  return {
    workspaces: {
      'packages/log': library('log', { ms: '^2.0.0' }),
      'packages/http': library('http', { '@acme/log': 'workspace:^', 'left-pad': '^1.0.0' }),
      'packages/ui': library('ui', { react: '^18.0.0' }),
      'services/api': service('api', { '@acme/http': 'workspace:^' }),
      'services/web': service('web', { '@acme/ui': 'workspace:^' }),
      'services/worker': service('worker', { '@acme/log': 'workspace:^' }),
    },
    packages: {
      ms: { version: '2.1.2' },
      'left-pad': { version: '1.3.0' },
      react: { version: '18.2.0', dependencies: { 'loose-envify': '^1.1.0' } },
      'loose-envify': { version: '1.4.0' },
      eslint: { version: '8.0.0' },
    },
    root: { devDependencies: { eslint: '^8.0.0' } },
    files: {
      'shipyarn.yaml': 'services: ["services/*"]\nregistry: registry.example.com/acme\n',
      '.yarnrc.yml': 'nodeLinker: node-modules\n',
      'README.md': '# Acme\n',
    },
  };
}

/** Every file of the model, its yarn.lock included. */
function modelFiles(model: Model): Record<string, string> {
  const files: Record<string, string> = { ...model.files };
  files['package.json'] = json({
    name: '@acme/monorepo',
    private: true,
    workspaces: ['packages/*', 'services/*'],
    packageManager: 'yarn@4.17.1',
    engines: { node: '>=20' },
    ...model.root,
  });
  for (const [folder, { files: own, ...packageManifest }] of Object.entries(model.workspaces)) {
    files[`${folder}/package.json`] = json(packageManifest);
    for (const [path, content] of Object.entries(own)) files[`${folder}/${path}`] = content;
  }
  if (model.catalog !== undefined) {
    const ranges = Object.entries(model.catalog).map(([name, range]) => `  ${name}: "${range}"\n`);
    files['.yarnrc.yml'] += `catalog:\n${ranges.join('')}`;
  }
  files['yarn.lock'] = modelLockfile(model);
  return files;
}

/** Makes the working directory hold exactly the model, and commits it. */
export function commitModel(repo: TestRepo, message: string, model: Model): string {
  for (const name of readdirSync(repo.root)) {
    if (name !== '.git') rmSync(join(repo.root, name), { recursive: true });
  }
  return repo.commit(message, modelFiles(model));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** yarn.lock as Yarn 4 writes it: entries sorted by key, descriptors of one package together. */
function modelLockfile(model: Model): string {
  const members = [
    { name: '@acme/monorepo', folder: '.', peerDependencies: undefined, ...model.root },
    ...Object.entries(model.workspaces).map(([folder, workspace]) => ({ folder, ...workspace })),
  ];
  const ranges = new Map<string, Set<string>>();
  const resolutions = (model.root.resolutions ?? {}) as Record<string, string>;
  const extensions: Record<string, { dependencies: Record<string, string> }> =
    parse(model.files['.yarnrc.yml'] ?? '')?.packageExtensions ?? {};
  const use = (dependencies: Record<string, string> = {}) => {
    for (const [name, asked] of Object.entries(dependencies)) {
      const range = resolutions[name] ?? (asked === 'catalog:' ? (model.catalog?.[name] ?? asked) : asked);
      const known = ranges.get(name) ?? new Set();
      ranges.set(name, known);
      if (known.has(range)) continue;
      known.add(range);
      const source = model.patches?.[name]?.source;
      if (range.startsWith('patch:') && source !== undefined) use({ [name]: source });
      const { version = '', dependencies = {} } = model.packages[name] ?? {};
      const added = Object.entries(extensions).filter(
        ([selector]) =>
          selector.startsWith(`${name}@`) && satisfies(version, selector.slice(name.length + 1)),
      );
      use(Object.assign({}, dependencies, ...added.map(([, extension]) => extension.dependencies)));
    }
  };
  for (const { dependencies, devDependencies } of members) use({ ...dependencies, ...devDependencies });
  const entries = members.map(({ name, folder, dependencies, devDependencies, peerDependencies }) => {
    const used = [...(ranges.get(name) ?? [])].map((range) => `${name}@${range}`);
    const key = [...used, `${name}@workspace:${folder}`].sort().join(', ');
    const all = { ...dependencies, ...devDependencies };
    const made = entry(key, '0.0.0-use.local', `${name}@workspace:${folder}`, all, 'unknown', 'soft');
    return { key, text: made.text.replace(/ {2}languageName/, `${peers(peerDependencies)}$&`) };
  });
  for (const [name, { version, dependencies }] of Object.entries(model.packages)) {
    const plain = [...(ranges.get(name) ?? [])].filter((range) => !range.startsWith('patch:'));
    const used = plain.map((range) => `${name}@npm:${range}`);
    if (used.length === 0) continue;
    entries.push(
      entry(used.sort().join(', '), version, `${name}@npm:${version}`, dependencies, 'node', 'hard'),
    );
  }
  for (const [name, { range, path }] of Object.entries(model.patches ?? {})) {
    if (!ranges.get(name)?.has(range)) continue;
    const { version = '', dependencies } = model.packages[name] ?? {};
    const hash = Buffer.from(model.files[path] ?? '')
      .toString('hex')
      .slice(-6);
    const resolution = `${name}@${range}::version=${version}&hash=${hash}`;
    entries.push(entry(`${name}@${range}`, version, resolution, dependencies, 'node', 'hard'));
  }
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  const header =
    '# This file is generated by running "yarn install" inside your project.\n# Manual changes might be lost - proceed with caution!\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n';
  return [header, ...entries.map(({ text }) => text)].join('\n');
}

function entry(
  key: string,
  version: string,
  resolution: string,
  dependencies: Record<string, string> | undefined,
  languageName: string,
  linkType: string,
): { key: string; text: string } {
  const lines = Object.entries(dependencies ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, range]) => `    ${quoted(name)}: ${quoted(range.includes(':') ? range : `npm:${range}`)}\n`);
  const section = lines.length === 0 ? '' : `  dependencies:\n${lines.join('')}`;
  const checksum = linkType === 'hard' ? `  checksum: 10c0/${Buffer.from(resolution).toString('hex')}\n` : '';
  const text = `${quoted(key)}:\n  version: ${version}\n  resolution: ${quoted(resolution)}\n${section}${checksum}  languageName: ${languageName}\n  linkType: ${linkType}\n`;
  return { key, text };
}

function peers(ranges: Record<string, string> | undefined): string {
  const lines = Object.entries(ranges ?? {}).map(
    ([name, range]) => `    ${quoted(name)}: ${quoted(range)}\n`,
  );
  return lines.length === 0 ? '' : `  peerDependencies:\n${lines.sort().join('')}`;
}

function quoted(text: string): string {
  return /^[a-z0-9][\w./-]*$/i.test(text) ? text : JSON.stringify(text);
}
