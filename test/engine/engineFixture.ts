import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { connectEngine } from '../../src/adapters/docker/connectEngine.ts';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { engineBuilder } from '../../src/image/engine/engineBuilder.ts';
import type { BuildRequest } from '../../src/ports/builder.ts';
import type { EngineAccess } from '../../src/ports/engine.ts';
import type { ShipyarnEvent } from '../../src/report/event.ts';

/** Files of a small context, by path. */
export type Files = Readonly<Record<string, string>>;

export interface RequestOptions {
  service?: string;
  secrets?: BuildRequest['secrets'];
  platforms?: readonly string[];
  base?: string;
  origin?: string | null;
  /** `127.0.0.1:5000/team` or `oci:/folder`. */
  location: string;
  imageTag?: string;
  buildArguments?: Record<string, string>;
  cacheFrom?: readonly string[];
  lastBuild?: string;
  cacheTo?: string;
  refreshBase?: boolean;
  /** Where the store's credentials are looked for. */
  env?: NodeJS.ProcessEnv;
}

/** A build request over a context written by hand; its `Dockerfile` is among the files. */
export function requestOf(files: Files, options: RequestOptions): BuildRequest {
  const service = options.service ?? '@acme/api';
  const repository = `${options.location.startsWith('oci:') ? '' : 'team/'}${service.replace(/^@\w+\//, '')}`;
  const identity = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  return {
    contents: {
      service: { name: service, path: 'services/api' },
      shape: 'root',
      layers: [],
      dockerfile: {
        path: 'Dockerfile',
        text: files.Dockerfile ?? '',
        origin: options.origin === undefined ? 'services/api/Dockerfile' : options.origin,
      },
      yarn: {
        family: 'berry',
        version: '4.9.1',
        linker: 'node-modules',
        run: [],
        install: [],
        environment: {},
        cache: 'global',
        archives: null,
      },
      builds: [],
      runtime: [],
      command: ['node', 'server.js'],
      entrypoint: [],
      workingDirectory: 'services/api',
      environment: {},
      buildArguments: options.buildArguments ?? {},
      secrets: (options.secrets ?? []).map(({ id }) => id),
      builder: 'engine',
      platforms: options.platforms ?? [],
      base: options.base ?? 'scratch',
      identity: `sha256:${identity}`,
      warnings: [],
    },
    contextTar: () => tarOf(files),
    openEntry: async () => Buffer.alloc(0),
    secrets: options.secrets ?? [],
    target: {
      store: openImageStore(options.location, { env: options.env ?? {}, insecureRegistries: [] }),
      repository,
      imageTag: options.imageTag ?? `id-${identity.slice(0, 12)}`,
    },
    ...(options.cacheFrom ? { cacheFrom: options.cacheFrom } : {}),
    ...(options.cacheTo ? { cacheTo: options.cacheTo } : {}),
    ...(options.lastBuild ? { lastBuild: options.lastBuild } : {}),
    ...(options.refreshBase ? { refreshBase: true } : {}),
    createdAt: 1_700_000_000,
  };
}

function tarOf(files: Files): Readable {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mtime: new Date(0) }, content);
  tar.finalize();
  return Readable.from(tar);
}

/** A builder on this machine's engine, without credentials unless given. */
export function testBuilder(parts: Partial<EngineAccess> = {}, env: NodeJS.ProcessEnv = process.env) {
  return engineBuilder(async () => ({
    engine: await connectEngine(env),
    credentialsFor: async () => null,
    importHostBase: async () => '',
    ...parts,
  }));
}

/** A report that keeps the events. */
export function recorder() {
  const events: ShipyarnEvent[] = [];
  const report = (event: ShipyarnEvent) => void events.push(event);
  return { events, report, builds: () => events.filter((event) => event.kind === 'build') };
}
