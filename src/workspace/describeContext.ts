import { once } from '../once.ts';
import { type Closure, serviceClosure } from './closure.ts';
import { identityOf } from './contents/contextIdentity.ts';
import { contextLayer } from './contents/contextLayer.ts';
import { type DockerfileSource, dockerfileOf } from './contents/dockerfileOf.ts';
import { type IgnoreRules, readIgnoreRules } from './contents/ignoreRules.ts';
import { installParts, installWarnings } from './contents/installLayer.ts';
import { baseImage } from './contents/nodeVersion.ts';
import { ownContext } from './contents/ownDockerfile.ts';
import { checkTemplate, renderDockerfile } from './contents/renderDockerfile.ts';
import { sourceLayers } from './contents/sourceLayers.ts';
import { signalEntrypoint, startCommand } from './contents/startCommand.ts';
import { templateVariables } from './contents/templateVariables.ts';
import { yarnPart, yarnRun } from './contents/yarnRun.ts';
import { environmentFileWarnings } from './contents/yarnSettings.ts';
import type { ContextContents, ContextPart } from './contextContents.ts';
import { hasBuildScript } from './hasBuildScript.ts';
import type { Project, Workspace } from './project.ts';
import type { Service } from './service.ts';

interface Closures {
  build: Closure;
  runtime: Closure;
}

type Described = Omit<ContextContents, 'identity'>;

/**
 * Decides what a service's Docker context consists of. Reads manifests, the lockfile and the names of files;
 * sources are named by their object ids. Rejects with exit status 2 where the input is wrong.
 */
export async function describeContext(project: Project, service: Service): Promise<ContextContents> {
  const closures = {
    runtime: serviceClosure(project, service, 'runtime'),
    build: serviceClosure(project, service, 'build'),
  };
  const dockerfile = await dockerfileOf(project, service);
  const rules = await readIgnoreRules(project.snapshot, service, dockerfile.origin);
  const described =
    dockerfile.kind === 'own'
      ? await describeOwn(project, service, closures, { ...dockerfile, rules })
      : await describeTemplate(project, service, closures, dockerfile, rules);
  return withIdentity(described);
}

function withIdentity(described: Described): ContextContents {
  const identity = once(() => identityOf(described));
  return {
    ...described,
    get identity() {
      return identity();
    },
  };
}

/** What does not depend on how the image is built. */
async function common(project: Project, service: Service, { runtime, build }: Closures) {
  const builds = build.workspaces.filter(hasBuildScript);
  return {
    service: { name: service.name, path: service.path },
    yarn: await yarnRun(project),
    builds: builds.map(nameAndPath),
    runtime: runtime.workspaces.map(nameAndPath),
    workingDirectory: service.path === '' ? '.' : service.path,
    buildArguments: service.settings.buildArguments,
    secrets: Object.keys(service.settings.secrets).sort(),
    builder: service.settings.builder,
    platforms: service.settings.platforms,
    warnings: [...installWarnings(project, runtime), ...(await environmentFileWarnings(project))],
  };
}

async function describeTemplate(
  project: Project,
  service: Service,
  closures: Closures,
  source: DockerfileSource,
  rules: IgnoreRules,
): Promise<Described> {
  const shared = await common(project, service, closures);
  const { runtime, build } = closures;
  const building = shared.builds.length > 0;
  const prefixes = { dependencies: 'dependencies', service: 'service' };
  const layers = [
    ...(building ? [contextLayer('manifests', 'manifests', await withYarn(project, build, service))] : []),
    contextLayer('production', 'production', await withYarn(project, runtime, service)),
    ...(await sourceLayers(project, service, building ? build : runtime, { rules, prefixes })),
  ];
  const described = {
    ...shared,
    shape: 'layers' as const,
    layers,
    command: startCommand(service),
    entrypoint: signalEntrypoint,
    environment: containerEnvironment(project, runtime),
    base: await baseImage(project, service),
  };
  checkTemplate(source);
  const rendered = once(() => renderDockerfile(source, templateVariables(described)));
  const dockerfile = {
    path: 'Dockerfile',
    get text() {
      return rendered();
    },
    origin: source.origin,
  };
  return { ...described, dockerfile };
}

/** Base, command and environment are the Dockerfile's own affair, except where the configuration speaks. */
async function describeOwn(
  project: Project,
  service: Service,
  closures: Closures,
  { text, origin, rules }: DockerfileSource & { rules: IgnoreRules },
): Promise<Described> {
  const own = { text, origin: origin ?? 'Dockerfile', rules };
  return {
    ...(await common(project, service, closures)),
    ...(await ownContext(project, service, closures, own)),
    command: service.settings.command ?? [],
    entrypoint: [],
    environment: {},
    base: service.settings.base ?? '',
  };
}

async function withYarn(project: Project, closure: Closure, service: Service): Promise<ContextPart[]> {
  return [...(await installParts(project, closure, service)), ...(await yarnPart(project))];
}

/** PnP writes its ES module loader where a workspace is a module, or the settings ask for it (plugin-pnp). */
function containerEnvironment({ yarn, settings, root }: Project, runtime: Closure): Record<string, string> {
  if (yarn.linker !== 'pnp') return { NODE_ENV: 'production' };
  const modules = [root, ...runtime.workspaces].some(
    ({ packageManifest }) => packageManifest.type === 'module',
  );
  const loader =
    settings.pnpEnableEsmLoader === true || modules ? ' --experimental-loader /app/.pnp.loader.mjs' : '';
  return { NODE_ENV: 'production', NODE_OPTIONS: `--require /app/.pnp.cjs${loader}` };
}

function nameAndPath({ name, path }: Workspace) {
  return { name, path };
}
