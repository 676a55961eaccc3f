import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { contextTar } from '../../src/context/contextTar.ts';
import { openEntry } from '../../src/context/openEntry.ts';
import { ociBuilder } from '../../src/image/oci/ociBuilder.ts';
import type { BuildRequest, BuiltImage } from '../../src/ports/builder.ts';
import type { ImageStore } from '../../src/ports/registry.ts';
import type { ShipyarnEvent } from '../../src/report/event.ts';
import type { ContextEntry } from '../../src/workspace/contextContents.ts';
import { describeContext } from '../../src/workspace/describeContext.ts';
import type { Service } from '../../src/workspace/service.ts';
import type { TestRepo } from '../helpers/testRepo.ts';
import { sharedPath } from '../support/shared.ts';
import { tempDir } from '../support/tempDir.ts';
import { projectOf, serviceOf, type YarnVersion, yarnRepo } from '../workspace/yarnRepo.ts';

/** A library with a third-party dependency, and a service that uses both and can say its version. */
export const apiFiles = {
  'package.json': { name: 'acme', private: true, workspaces: ['packages/*', 'services/*'] },
  'packages/lib/package.json': {
    name: '@acme/lib',
    version: '1.2.3',
    main: 'index.js',
    dependencies: { ms: '2.1.3' },
  },
  'packages/lib/index.js':
    "const ms = require('ms');\nexports.greet = (name) => 'hello ' + name + ', ' + ms('2 days');\n",
  'services/api/package.json': {
    name: '@acme/api',
    version: '0.1.0',
    scripts: { start: 'node server.js' },
    dependencies: { '@acme/lib': '1.2.3', 'is-odd': '3.0.1' },
  },
  'services/api/server.js':
    "const { greet } = require('@acme/lib');\nconsole.log(greet('world'), require('is-odd')(3), process.env.SERVICE_VERSION ?? 'unreleased');\n",
};

/** What {@link apiFiles}' service says. */
export const apiSays = (version: string) => `hello world, 172800000 true ${version}\n`;

const packageManagers = { 1: 'yarn@1.22.22', 2: 'yarn@2.4.2', 3: 'yarn@3.8.7', 4: 'yarn@4.17.1' };

/** A repository with a real lockfile of that Yarn. `linker` is for the later Yarns. */
export function apiRepo(
  yarn: YarnVersion,
  more: Readonly<Record<string, unknown>> = {},
  linker: 'node-modules' | 'pnp' | 'pnpm' = 'node-modules',
): TestRepo {
  const root = { ...apiFiles['package.json'], packageManager: packageManagers[yarn] };
  const settings = yarn === 1 ? {} : { '.yarnrc.yml': `nodeLinker: ${linker}\n` };
  return yarnRepo(yarn, { ...apiFiles, 'package.json': root, ...settings, ...more });
}

/** A cache folder with nothing in it but the host base, which takes seconds to pack and is shared by all files. */
export async function freshCache(): Promise<string> {
  const folder = await tempDir('cache');
  const hostBase = sharedPath('cache', 'host-base');
  await mkdir(hostBase, { recursive: true });
  await symlink(hostBase, join(folder, 'host-base'));
  return folder;
}

export interface OciBuild {
  built: BuiltImage;
  events: ShipyarnEvent[];
}

export interface OciBuildOptions {
  store: ImageStore;
  cacheFolder: string;
  service?: string;
  repository?: string;
  imageTag?: string;
  settings?: Partial<Service['settings']>;
  secrets?: BuildRequest['secrets'];
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  report?: (event: ShipyarnEvent) => void;
  /** In place of the base's own registry. */
  openBase?: (host: string) => ImageStore;
}

/** Builds a service of a repository's HEAD with a builder of its own, as a run of its own would. */
export async function buildService(repo: TestRepo, options: OciBuildOptions): Promise<OciBuild> {
  const { store, cacheFolder, repository = 'team/api', env = process.env, secrets = [] } = options;
  const project = await projectOf(repo);
  const settings = { base: 'host', ...options.settings };
  const contents = await describeContext(
    project,
    serviceOf(project, options.service ?? '@acme/api', settings),
  );
  const openStore =
    options.openBase ?? ((host: string) => openImageStore(host, { env: {}, insecureRegistries: [] }));
  const builder = ociBuilder({ env, openStore, cacheFolder });
  const events: ShipyarnEvent[] = [];
  const imageTag = options.imageTag ?? `identity-${contents.identity.slice('sha256:'.length)}`;
  const target = { store, repository, imageTag };
  const { snapshot } = project;
  const tar = () => contextTar(contents, snapshot);
  const open = (entry: ContextEntry) => openEntry(entry, snapshot);
  const request = { contents, contextTar: tar, openEntry: open, secrets, target };
  const signal = options.signal ?? new AbortController().signal;
  const report = (event: ShipyarnEvent) => {
    events.push(event);
    options.report?.(event);
  };
  const built = await builder.build({ ...request, createdAt: 1_700_000_000 }, { signal, report });
  await builder.close();
  return { built, events };
}

/** The steps that an event list tells of, as `install production dependencies: cached`. */
export function stepsOf(events: readonly ShipyarnEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === 'build' && event.state !== 'output' ? [`${event.step}: ${event.state}`] : [],
  );
}
