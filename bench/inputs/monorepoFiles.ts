import { caret } from './externalPackages.ts';
import { lockfileText } from './lockfileText.ts';
import { linter, type MonorepoModel, rangeOf, type Workspace } from './monorepoModel.ts';

/** The files of a generated monorepo at its beginning, by path; the peers' own configuration stands among them. */
export function monorepoFiles(model: MonorepoModel): Map<string, string> {
  const files = new Map<string, string>([
    ['package.json', rootManifest(caret(linter.version))],
    ['yarn.lock', lockfileText(model)],
    ['.yarnrc.yml', 'enableTelemetry: false\n\nnodeLinker: node-modules\n'],
    ['.gitignore', 'node_modules\n.nx\n.turbo\n'],
    ['.dockerignore', '**/*.md\n**/*.test.js\n'],
    ['shipyarn.yaml', 'services: ["services/*"]\nregistry: registry.example.com/acme\n'],
    ['turbo.json', json({ tasks: { build: { outputs: ['dist/**'] } } })],
    ['nx.json', json({ defaultBase: 'main', neverConnectToCloud: true })],
    ['lerna.json', json({ version: 'independent', npmClient: 'yarn' })],
    ['README.md', '# Acme\n'],
  ]);
  for (const workspace of model.workspaces) addWorkspace(files, model, workspace);
  return files;
}

/** The root's package.json, which asks for the linter. */
export function rootManifest(linterRange: string): string {
  return json({
    name: '@acme/monorepo',
    version: '0.0.0',
    private: true,
    workspaces: ['packages/*', 'services/*'],
    packageManager: 'yarn@4.17.1',
    devDependencies: { [linter.name]: linterRange },
  });
}

export function sourceFile(workspace: Workspace): string {
  return `${workspace.path}/src/index.js`;
}

function addWorkspace(files: Map<string, string>, model: MonorepoModel, workspace: Workspace): void {
  const { path, name } = workspace;
  files.set(`${path}/package.json`, workspaceManifest(model, workspace));
  files.set(sourceFile(workspace), `export const name = '${name}';\n`);
  for (const part of ['routes', 'store', 'messages', 'limits'])
    files.set(`${path}/src/${part}.js`, `// ${part} of ${name}\n${'export default [];\n'.repeat(20)}`);
  files.set(`${path}/test/index.test.js`, `// tests of ${name}\n`);
  files.set(`${path}/README.md`, `# ${name}\n`);
}

function workspaceManifest(model: MonorepoModel, { name, isService, dependsOn, uses }: Workspace): string {
  const dependencies = [
    ...dependsOn.map((to) => [to, 'workspace:^'] as const),
    ...uses.map((to) => [to, rangeOf(model, to)] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  return json({
    name,
    version: '1.0.0',
    private: true,
    type: 'module',
    main: 'src/index.js',
    ...(isService && { scripts: { start: 'node src/index.js' } }),
    dependencies: Object.fromEntries(dependencies),
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
