import { editFile, type Model } from './monorepo.ts';

type Random = () => number;

/** One thing that people do to a monorepo. False: it made no sense here. */
type Edit = (model: Model, random: Random) => boolean;

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

function anyFolder(model: Model, random: Random, prefix = ''): string {
  return pick(
    Object.keys(model.workspaces).filter((folder) => folder.startsWith(prefix)),
    random,
  ) as string;
}

function text(random: Random): string {
  return `// ${Math.floor(random() * 1e9)}\n`;
}

/** Puts the file of the root, or takes it away where it is there half of the time. */
function toggle(path: string, contents: readonly string[]): Edit {
  return ({ files }, random) => {
    if (files[path] !== undefined && random() < 0.4) delete files[path];
    else files[path] = pick(contents, random) as string;
    return true;
  };
}

/** Settings of a service that is not there are refused, so they go with it. */
function dropOverrideOf(name: string, { files }: Model): void {
  if (name !== '@acme/web') return;
  files['shipyarn.yaml'] = (files['shipyarn.yaml'] ?? '').replace(/^overrides: .*\n/m, '');
}

const edits: Record<string, Edit> = {
  'edit or add a file': (model, random) => {
    const path = pick(
      ['src/index.js', 'src/server.js', 'README.md', 'src/a.test.js', 'src/new.js', 'tsconfig.json'],
      random,
    );
    const content = path === 'tsconfig.json' ? '{ "extends": "../../tsconfig.base.json" }' : text(random);
    editFile(model, anyFolder(model, random), path as string, content);
    return true;
  },
  'write a file in every folder': (model, random) => {
    const [name, content] = [`src/${Math.floor(random() * 3)}`, text(random)];
    for (const folder of Object.keys(model.workspaces))
      for (const kind of ['js', 'test.js', 'md', 'json']) editFile(model, folder, `${name}.${kind}`, content);
    model.files['docs/all.md'] = content;
    return true;
  },
  'delete or rename a file': (model, random) => {
    const folder = anyFolder(model, random);
    const path = pick(Object.keys(model.workspaces[folder]?.files ?? {}), random);
    if (path === undefined || path === 'src/server.js') return false;
    const content = model.workspaces[folder]?.files[path] ?? '';
    editFile(model, folder, path, null);
    if (random() < 0.5) editFile(model, folder, `src/moved-${Math.floor(random() * 9)}.js`, content);
    return true;
  },
  'write a changelog or a version': (model, random) => {
    const folder = anyFolder(model, random);
    const path = pick(['CHANGELOG.md', 'CHANGELOG.md', 'docs/CHANGELOG.md'], random) as string;
    if (random() < 0.5) editFile(model, folder, path, text(random));
    else Object.assign(model.workspaces[folder] ?? {}, { version: `1.${Math.floor(random() * 99)}.0` });
    return true;
  },
  'edit a manifest': (model, random) => {
    const workspace = model.workspaces[anyFolder(model, random)];
    const packageManifest = random() < 0.4 ? model.root : workspace;
    if (packageManifest === undefined) return false;
    const number = Math.floor(random() * 9);
    const fields = [
      { description: `number ${number}` },
      { scripts: { ...(packageManifest.scripts ?? {}), lint: `eslint --max-warnings ${number}` } },
      { devDependencies: { ...packageManifest.devDependencies, eslint: `^8.${number}.0` } },
      { engines: { node: `>=20.${number}` } },
    ];
    Object.assign(packageManifest, pick(fields, random));
    return true;
  },
  'give a service a Dockerfile of its own, or take it away': (model, random) => {
    const folder = anyFolder(model, random, 'services/');
    const files = ['FROM scratch\nCOPY package.json yarn.lock ./\n', 'FROM scratch\nCOPY . .\n', null];
    editFile(model, folder, 'Dockerfile', pick(files, random) as string | null);
    return true;
  },
  'add or drop a workspace dependency': (model, random) => {
    const from = model.workspaces[anyFolder(model, random)];
    const to = model.workspaces[anyFolder(model, random, 'packages/')];
    if (from === undefined || to === undefined || from === to) return false;
    const field = random() < 0.7 ? 'dependencies' : 'devDependencies';
    from[field] ??= {};
    if (from[field][to.name] === undefined) from[field][to.name] = 'workspace:^';
    else delete from[field][to.name];
    return true;
  },
  'add or drop a peer': (model, random) => {
    const from = model.workspaces[anyFolder(model, random)];
    const to = model.workspaces[anyFolder(model, random, 'packages/')];
    if (from === undefined || to === undefined || from === to) return false;
    const peers = from.peerDependencies ?? {};
    from.peerDependencies = peers[to.name] === undefined ? { ...peers, [to.name]: '*' } : {};
    return true;
  },
  'add or drop a package': (model, random) => {
    const isRoot = random() < 0.2;
    const workspace = isRoot ? model.root : model.workspaces[anyFolder(model, random)];
    const name = pick(Object.keys(model.packages), random);
    if (workspace === undefined || name === undefined || model.patches?.[name]) return false;
    const field = random() < (isRoot ? 0.2 : 0.6) ? 'dependencies' : 'devDependencies';
    workspace[field] ??= {};
    if (workspace[field][name] === undefined) workspace[field][name] = '^1.0.0';
    else delete workspace[field][name];
    return true;
  },
  'update a package': (model, random) => {
    const found = model.packages[pick(Object.keys(model.packages), random) as string];
    if (found) found.version = `${Math.floor(random() * 9)}.${Math.floor(random() * 99)}.0`;
    return true;
  },
  'ask for a package by another range': (model, random) => {
    const workspace = model.workspaces[anyFolder(model, random)];
    const names = Object.keys(workspace?.dependencies ?? {}).filter((name) => model.packages[name]);
    const name = pick(names, random);
    if (workspace?.dependencies === undefined || name === undefined || model.patches?.[name]) return false;
    workspace.dependencies[name] = `^${Math.floor(random() * 4)}.${Math.floor(random() * 4)}.0`;
    if (random() < 0.5)
      Object.assign(model.packages[name] ?? {}, { version: `4.${Math.floor(random() * 99)}.0` });
    return true;
  },
  'give a package another dependency': (model, random) => {
    const names = Object.keys(model.packages);
    const [from, to] = [pick(names, random) as string, pick(names, random) as string];
    const found = model.packages[from];
    if (from === to || found === undefined) return false;
    found.dependencies = found.dependencies?.[to] ? {} : { ...found.dependencies, [to]: '^1.0.0' };
    return true;
  },
  'give a workspace a build script': (model, random) => {
    const workspace = model.workspaces[anyFolder(model, random)];
    if (workspace === undefined) return false;
    const { build, ...scripts } = workspace.scripts ?? {};
    workspace.scripts = build === undefined ? { ...scripts, build: 'node build.js' } : scripts;
    return true;
  },
  'add or move a workspace': (model, random) => {
    const number = Math.floor(random() * 5);
    const folder = pick([`packages/extra-${number}`, `services/extra-${number}`], random) as string;
    if (model.workspaces[folder] !== undefined) return false;
    const from = anyFolder(model, random);
    if (random() < 0.5) {
      const moved = folder.replace(/^[a-z]+/, from.split('/')[0] as string);
      if (model.workspaces[moved] !== undefined) return false;
      model.workspaces[moved] = model.workspaces[from] as never;
      delete model.workspaces[from];
      return true;
    }
    const name = `@acme/${folder.replace('/', '-')}`;
    // One that was made here may have moved on with its name.
    if (Object.values(model.workspaces).some((workspace) => workspace.name === name)) return false;
    const files = { 'src/server.js': text(random) };
    model.workspaces[folder] = { name, scripts: { start: 'node src/server.js' }, files };
    return true;
  },
  'remove a workspace that nobody needs': (model, random) => {
    const folder = anyFolder(model, random);
    const { name = '' } = model.workspaces[folder] ?? {};
    const isNeeded = Object.values(model.workspaces).some(
      ({ dependencies, devDependencies }) => dependencies?.[name] ?? devDependencies?.[name],
    );
    const services = Object.keys(model.workspaces).filter((path) => path.startsWith('services/'));
    if (isNeeded || services.length < 3) return false;
    delete model.workspaces[folder];
    dropOverrideOf(name, model);
    return true;
  },
  'turn an extension': (model, random) => {
    const extended = (selector: string) =>
      `packageExtensions:\n  "${selector}":\n    dependencies:\n      ms: "^2.0.0"\n`;
    const settings = ['', extended('react@*'), extended('react@<5')];
    model.files['.yarnrc.yml'] = `nodeLinker: node-modules\n${pick(settings, random)}`;
    return true;
  },
  'use a catalog, or turn it': (model, random) => {
    if (model.catalog !== undefined && random() < 0.5) {
      model.catalog.react = pick(['^18.0.0', '^18.1.0'], random) as string;
      return true;
    }
    model.catalog ??= { react: '^18.0.0' };
    const workspace = model.workspaces[anyFolder(model, random)];
    if (workspace === undefined || model.patches?.react) return false;
    const field = random() < 0.7 ? 'dependencies' : 'devDependencies';
    workspace[field] = { ...workspace[field], react: 'catalog:' };
    return true;
  },
  'patch a package': (model, random) => {
    const path = '.yarn/patches/left-pad.patch';
    const range = `patch:left-pad@npm%3A^1.0.0#~/${path}`;
    const http = Object.values(model.workspaces).find(({ name }) => name === '@acme/http');
    if (http?.dependencies?.['left-pad'] === undefined) return false;
    model.files[path] = text(random);
    http.dependencies['left-pad'] = range;
    model.patches = { 'left-pad': { range, source: '^1.0.0', path } };
    return true;
  },
  'ignore files': toggle('.dockerignore', [
    '**/*.md\n',
    '**/*.test.js\n',
    'services/web/src/new.js\n',
    'docs\n',
    '**/package.json\n',
  ]),
  'ignore files of a service': (model, random) => {
    const rules = ['*.md\n', '!README.md\nsrc/new.js\n', '**\n!src\n', null];
    editFile(model, anyFolder(model, random, 'services/'), '.dockerignore', pick(rules, random) as string);
    return true;
  },
  'edit the template': toggle('Dockerfile.template', [
    'FROM {{base}}\n',
    'FROM {{base}}\nLABEL a=b\n',
    '# hi\nFROM {{base}}\nLABEL a=c\n',
    'FROM {{base}}\nLABEL name={{service.name}} a=b\n',
    'FROM {{base}}\n{{#build}}LABEL a=b\n{{/build}}',
    'FROM {{base}}\n{{#build}}LABEL a=c\n{{/build}}',
  ]),
  'edit a CA bundle': ({ files }, random) => {
    if (!files['.yarnrc.yml']?.includes('CaFile'))
      files['.yarnrc.yml'] += 'httpsCaFilePath: ./certs/ca.pem\n';
    files['certs/ca.pem'] = text(random);
    return true;
  },
  'use another Yarn': ({ root }, random) => {
    root.packageManager = `yarn@4.${10 + Math.floor(random() * 9)}.0`;
    return true;
  },
  'choose a Node version': (model, random) => {
    if (random() < 0.7) return toggle('.nvmrc', ['20\n', 'v22.1.0\n'])(model, random);
    // They win over the file. Where the model says nothing, there are some.
    const isFree = 'engines' in model.root && model.root.engines === undefined;
    model.root.engines = isFree ? { node: '>=20' } : undefined;
    return true;
  },
  'edit the base tsconfig': toggle('tsconfig.base.json', ['{}', '{ "compilerOptions": {} }']),
  'edit the root': toggle('README.md', ['# a\n', '# b\n']),
  'edit the schema': ({ files }, random) => {
    files['schema/a.graphql'] = text(random);
    return true;
  },
  configure: (model, random) => {
    const { files } = model;
    const extra = [
      '',
      'node: "22"\n',
      'ignore: ["**/*.md"]\n',
      'inputs: ["schema"]\n',
      'overrides: { web: { node: "18" } }\n',
      'ignoreDependencies: [ms]\n',
    ];
    files['shipyarn.yaml'] =
      `services: ["services/*"]\nregistry: registry.example.com/acme\n${pick(extra, random)}`;
    const isThere = Object.values(model.workspaces).some(({ name }) => name === '@acme/web');
    if (!isThere) dropOverrideOf('@acme/web', model);
    return true;
  },
  'pin a package': (model, random) => {
    model.root.resolutions = random() < 0.5 ? {} : { 'loose-envify': '1.3.1' };
    return true;
  },
};

/** Does one thing at random to the model, or two; gives their names. */
export function randomEdits(model: Model, random: Random): string {
  const first = randomEdit(model, random);
  return random() < 0.3 ? `${first}, ${randomEdit(model, random)}` : first;
}

function randomEdit(model: Model, random: Random): string {
  for (;;) {
    const name = pick(Object.keys(edits), random) as string;
    if (edits[name]?.(model, random)) return name;
  }
}
