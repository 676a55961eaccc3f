import { openGit } from './adapters/git/openGit.ts';
import type { Config, Environment } from './config/settings.ts';
import type { DemoSurroundings } from './demo/runDemo.ts';
import { inputFailure } from './errors.ts';
import type { Builder } from './ports/builder.ts';
import type { EngineAccess } from './ports/engine.ts';
import type { InfraRepo } from './ports/infraRepo.ts';
import type { Ports } from './ports/ports.ts';
import type { ImageStore } from './ports/registry.ts';
import type { Report } from './report/event.ts';

/** What nearly every command looks at: Git reads it while the command's code is loaded. */
const readFirst = [
  ...['HEAD^{commit}', 'HEAD^{tree}', 'HEAD:shipyarn.yaml', 'HEAD:package.json', 'HEAD:.yarnrc.yml'],
  // The last release is seldom far back.
  ...Array.from({ length: 6 }, (_, index) => `HEAD~${index + 1}`),
];

/**
 * Joins the ports to their implementations: the only file that imports adapters. Each but Git, which
 * all need, loads when it is first asked for.
 */
export async function openPorts(surroundings: {
  cwd: string;
  env: NodeJS.ProcessEnv;
  report: Report;
}): Promise<Ports> {
  const { cwd, env, report } = surroundings;
  const git = await openGit({ cwd, env, note: (message) => report({ kind: 'note', message }) });
  git.objects.readAhead(readFirst);
  const closers: (() => Promise<void>)[] = [() => git.close()];
  const opened = new Map<string, Promise<InfraRepo>>();
  const stores = new Map<string, ImageStore>();

  return {
    git,
    report,
    env,
    clock: { now: () => Date.now() },
    async openStore(location, config) {
      const { openImageStore } = await import('./adapters/registry/openImageStore.ts');
      const insecureRegistries = config.file.insecureRegistries ?? [];
      // One per place: what a registry allows is asked once.
      const store =
        stores.get(location) ?? openImageStore(location, { env, insecureRegistries, cwd: git.history.root });
      stores.set(location, store);
      return store;
    },
    openEngine: () => openEngine(env),
    async openBuilder(name, config) {
      const builder = await openBuilder(name, config, env);
      closers.push(() => builder.close());
      return builder;
    },
    openInfra(environment) {
      const key = `${environment.repo}#${environment.branch ?? ''}`;
      const known = opened.get(key) ?? openInfra(environment, env, closers);
      opened.set(key, known);
      return known;
    },
    async openForge(config) {
      const { openForge } = await import('./adapters/forge/openForge.ts');
      return openForge({ remoteUrl: await git.remote.url(), settings: config.file.forge, env });
    },
    async openInfraForge({ repo }, config) {
      const { openInfraForge } = await import('./adapters/forge/openForge.ts');
      return openInfraForge({ remoteUrl: repo, settings: config.file.forge, env });
    },
    async close() {
      await Promise.allSettled(closers.map((close) => close()));
    },
  };
}

async function openBuilder(name: Builder['name'], config: Config, env: NodeJS.ProcessEnv): Promise<Builder> {
  if (name === 'oci') {
    const [{ ociBuilder }, { cacheFolder }, { openImageStore }] = await Promise.all([
      import('./image/oci/ociBuilder.ts'),
      import('./image/oci/cacheFolder.ts'),
      import('./adapters/registry/openImageStore.ts'),
    ]);
    const insecureRegistries = config.file.insecureRegistries ?? [];
    const openStore = (host: string) => openImageStore(host, { env, insecureRegistries });
    return ociBuilder({ env, openStore, cacheFolder: cacheFolder(env) });
  }
  if (name === 'engine') {
    const { engineBuilder } = await import('./image/engine/engineBuilder.ts');
    return engineBuilder(() => openEngine(env));
  }
  return openBuildxBuilder(config, env);
}

async function openBuildxBuilder(config: Config, env: NodeJS.ProcessEnv): Promise<Builder> {
  const [{ buildxBuilder }, { buildxCommand }, { registryHost }, { openImageStore }] = await Promise.all([
    import('./image/buildx/buildxBuilder.ts'),
    import('./adapters/docker/buildxCommand.ts'),
    import('./adapters/registry/registryHost.ts'),
    import('./adapters/registry/openImageStore.ts'),
  ]);
  const { insecureRegistries = [], builders = [] } = config.file;
  return buildxBuilder({
    buildx: buildxCommand(env),
    builders,
    isPlain: (host) => registryHost(host, insecureRegistries).origin.startsWith('http:'),
    openLayout: (folder) => openImageStore(`oci:${folder}`, { env, insecureRegistries }),
  });
}

async function openEngine(env: NodeJS.ProcessEnv): Promise<EngineAccess> {
  const [{ connectEngine }, { dockerCredentials }] = await Promise.all([
    import('./adapters/docker/connectEngine.ts'),
    import('./adapters/registry/dockerCredentials.ts'),
  ]);
  const credentials = dockerCredentials(env);
  const engine = await connectEngine(env);
  let hostBase: Promise<string> | undefined;
  return {
    engine,
    credentialsFor: async (host) => (await credentials.forHost(host)).credentials,
    importHostBase() {
      hostBase ??= import('./image/engine/importHostBase.ts').then(({ importHostBase }) =>
        importHostBase(engine, process),
      );
      return hostBase;
    },
  };
}

async function openInfra(
  environment: Environment,
  env: NodeJS.ProcessEnv,
  closers: (() => Promise<void>)[],
): Promise<InfraRepo> {
  const { openInfraRepo } = await import('./adapters/git/openInfraRepo.ts');
  const infra = await openInfraRepo({ repo: environment.repo, branch: environment.branch, env });
  closers.push(() => infra.git.close());
  return infra;
}

/** What the demo needs before there is a repository: Git, a Yarn release, and which builder can work here. */
export async function demoTools(surroundings: {
  env: NodeJS.ProcessEnv;
  builder: string | undefined;
}): Promise<Pick<DemoSurroundings, 'git' | 'yarnRelease' | 'builder'>> {
  const { env } = surroundings;
  const [{ bindGit }, { yarnRelease }, { cacheFolder }] = await Promise.all([
    import('./adapters/git/gitProcess.ts'),
    import('./image/oci/yarnRelease.ts'),
    import('./image/oci/cacheFolder.ts'),
  ]);
  const signal = new AbortController().signal;
  return {
    builder:
      surroundings.builder === undefined ? await answeringBuilder(env) : demoBuilder(surroundings.builder),
    yarnRelease: (version) => yarnRelease(version, { cacheFolder: cacheFolder(env), env, signal }),
    async git(cwd, args) {
      const { stdout } = await bindGit({ cwd, env })(args, { what: 'prepare the demo' });
      return stdout.toString();
    },
  };
}

async function answeringBuilder(env: NodeJS.ProcessEnv): Promise<DemoSurroundings['builder']> {
  const { connectEngine } = await import('./adapters/docker/connectEngine.ts');
  return connectEngine(env)
    .then((engine) => engine.describe())
    .then(
      () => 'engine' as const,
      () => 'oci' as const,
    );
}

function demoBuilder(name: string): DemoSurroundings['builder'] {
  if (name === 'engine' || name === 'oci') return name;
  throw inputFailure({
    reason: 'unknown-builder',
    message: `The demo cannot build with \`${name}\`.`,
    hint: 'Use --builder engine or --builder oci.',
  });
}
