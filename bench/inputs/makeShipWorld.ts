import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finish, projectRoot } from '../measure/command.ts';
import { git } from '../measure/git.ts';

/** A monorepo of services that really build, its remote, and the infra repo's remote. */
export interface ShipWorld {
  monorepo: string;
  /** Address of the bare infra repo. */
  infra: string;
  services: readonly string[];
  /** Prefix of image names. */
  registry: string;
  /** Changes one line in each of these services, commits and pushes. */
  merge(services: readonly string[], round: number): Promise<void>;
}

export type WorldBuilder = 'engine' | 'oci' | 'buildx';

interface ShipWorldOptions {
  folder: string;
  services: number;
  registry: string;
  builder: WorldBuilder;
  /** Default `host`. */
  base?: string;
}

const yarnRelease = '.yarn/releases/yarn-4.cjs';

/** Makes both repositories with one commit each, pushed. The services need no npm package: no network takes part. */
export async function makeShipWorld(options: ShipWorldOptions): Promise<ShipWorld> {
  const { folder, registry } = options;
  const monorepo = path.join(folder, 'monorepo');
  const infra = path.join(folder, 'infra.git');
  const services = Array.from({ length: options.services }, (_, index) => `svc-${index}`);
  await writeFiles(monorepo, monorepoFiles(services, options, infra));
  await mkdir(path.join(monorepo, '.yarn/releases'), { recursive: true });
  await cp(path.join(projectRoot, 'node_modules/yarn-4/bin/yarn.js'), path.join(monorepo, yarnRelease));
  await finish({
    file: process.execPath,
    args: [yarnRelease, 'install', '--mode=update-lockfile'],
    cwd: monorepo,
    env: { YARN_ENABLE_NETWORK: '0', YARN_ENABLE_TELEMETRY: '0', CI: '' },
  });
  await publish(monorepo, path.join(folder, 'monorepo.git'));
  // Images of a layout folder go by `localhost/`.
  const images = registry.startsWith('oci:') ? 'localhost' : registry;
  const infraFolder = path.join(folder, 'infra');
  await writeFiles(
    infraFolder,
    new Map(services.map((service) => [`apps/${service}/values.yaml`, valuesFile(`${images}/${service}`)])),
  );
  await publish(infraFolder, infra);
  await rm(infraFolder, { recursive: true });
  return {
    monorepo,
    infra,
    services,
    registry,
    async merge(changed, round) {
      const files = changed.map((name) => [sourcePath(name), serviceSource(name, round)] as const);
      await writeFiles(monorepo, new Map(files));
      await git(monorepo, 'commit', '--quiet', '--all', '--message', `fix: round ${round}`);
      await git(monorepo, 'push', '--quiet', 'origin', 'main');
    },
  };
}

/** A Helm values file as Argo CD would read it. */
export function valuesFile(repository: string, tag = '0.0.1'): string {
  return `# Values of ${repository}\nreplicas: 2\nimage:\n  repository: ${repository}\n  tag: ${tag}\nport: 8080\n`;
}

function monorepoFiles(
  services: readonly string[],
  { registry, builder, base = 'host' }: ShipWorldOptions,
  infra: string,
): Map<string, string> {
  const files = new Map([
    ['.yarnrc.yml', `enableTelemetry: false\n\nnodeLinker: node-modules\n\nyarnPath: ${yarnRelease}\n`],
    ['.gitignore', 'node_modules\n.turbo\n'],
    ['turbo.json', '{ "tasks": {} }\n'],
    [
      'package.json',
      manifest({
        name: '@acme/monorepo',
        workspaces: ['packages/*', 'services/*'],
        packageManager: 'yarn@4.17.1',
      }),
    ],
    ['packages/log/package.json', manifest({ name: '@acme/log', type: 'module', main: 'src/index.js' })],
    ['packages/log/src/index.js', 'export const log = (text) => console.log(text);\n'],
    [
      'shipyarn.yaml',
      `services: ["services/*"]\nregistry: ${registry}\nbuilder: ${builder}\nbase: ${base}\nbranch: main\ninfra:\n  repo: file://${infra}\n  branch: main\n  paths: ["apps/**"]\n`,
    ],
  ]);
  for (const name of services) {
    const main = { type: 'module', main: 'src/index.js', scripts: { start: 'node src/index.js' } };
    files.set(
      `services/${name}/package.json`,
      manifest({ name: `@acme/${name}`, ...main, dependencies: { '@acme/log': 'workspace:^' } }),
    );
    files.set(sourcePath(name), serviceSource(name, 0));
  }
  return files;
}

function sourcePath(service: string): string {
  return `services/${service}/src/index.js`;
}

function serviceSource(service: string, round: number): string {
  return `import { log } from '@acme/log';\n\nlog('${service} ${round}');\n`;
}

function manifest(fields: Record<string, unknown>): string {
  return `${JSON.stringify({ ...fields, version: '0.1.0', private: true }, null, 2)}\n`;
}

async function publish(folder: string, remote: string): Promise<void> {
  await git(path.dirname(folder), 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git(remote, 'config', 'uploadpack.allowFilter', 'true');
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await git(folder, 'remote', 'add', 'origin', `file://${remote}`);
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', 'chore: begin');
  await git(folder, 'push', '--quiet', '--set-upstream', 'origin', 'main');
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, content] of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
