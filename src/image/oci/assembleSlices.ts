import { inputFailure } from '../../errors.ts';
import type { BuildRequest } from '../../ports/builder.ts';
import type { Platform } from '../imageFormat.ts';
import { assembleConfig, serviceSettings } from './assembleConfig.ts';
import type { BaseImage } from './baseImage.ts';
import { baseLibc } from './baseLibc.ts';
import { checkNativePackages } from './checkNativePackages.ts';
import { contextFiles } from './contextFiles.ts';
import { findDependencies } from './findDependencies.ts';
import { findSources } from './findSources.ts';
import type { NativePackage } from './nativePackages.ts';
import { openBase, type PlatformImage, pushManifestParts } from './platformImage.ts';
import { pushBase, pushLayers } from './pushImage.ts';
import type { Run, Start } from './run.ts';
import { scriptEnvironment } from './scriptEnvironment.ts';
import { storeDependencies } from './storedDependencies.ts';
import type { YarnSetting } from './yarnInstall.ts';

/** Assembles what the built-in template describes: installed slices and built workspaces on a base. */
export function assembleSlices(
  request: BuildRequest,
  run: Run,
  start: Start,
): (platform: Platform) => Promise<PlatformImage> {
  const { contents, createdAt } = request;
  const { store, repository } = request.target;
  checkTemplate(request);
  const files = contextFiles(request);
  const setting = yarnSetting(request, run);
  const sources = start(findSources(request, files, setting, run));
  const sourcesPushed = start(sources.then((layers) => pushLayers(store, repository, layers, run.shared)));

  return async (platform) => {
    const finding = start(openBase(contents.base, request, platform, run));
    const installing = start(findDependencies(request, files, platform, setting, run));
    const pushes = [
      start(finding.then((base) => pushBase(store, repository, base, run.shared))),
      start(installing.then(({ layer }) => pushLayers(store, repository, [layer], run.shared))),
      sourcesPushed,
    ];
    const keeping = start(
      installing.then(({ layer, storeAs }) => storeDependencies(request.target, storeAs, layer, platform)),
    );
    const [base, { layer }, built] = await Promise.all([finding, installing, sources]);
    await checkNative(layer.native, base, platform, run);
    const layers = [layer, ...built];
    const config = assembleConfig(serviceSettings(contents, base), base, layers, platform, createdAt);
    const [bytes] = await Promise.all([start(pushManifestParts(request, base, layers, config)), ...pushes]);
    return { platform, bytes, keepDependencies: async () => (await keeping)() };
  };
}

/** A template of the repo's own may say anything, and its text has to be run to know what. */
function checkTemplate({ contents: { dockerfile, service } }: BuildRequest): void {
  if (dockerfile.origin === null) return;
  throw inputFailure({
    reason: 'dockerfile-needs-engine',
    message: `${service.name} is built with the template ${dockerfile.origin}, and the builder \`oci\` cannot carry out RUN: it assembles images without running anything in them.`,
    hint: 'Build it with `builder: engine` or `buildx`; or remove that file and let shipyarn make the image.',
    at: { file: dockerfile.origin },
  });
}

function yarnSetting({ contents, secrets }: BuildRequest, run: Run): YarnSetting {
  const { cacheFolder, signal, report } = run;
  const service = contents.service.name;
  return {
    contents,
    env: scriptEnvironment(run.env, contents.buildArguments, secrets),
    secrets: secrets.map(({ value }) => value.toString('utf8').trim()),
    cacheFolder,
    signal,
    onOutput: (text) => report({ kind: 'build', service, step: 'yarn', state: 'output', text }),
  };
}

async function checkNative(
  native: readonly NativePackage[],
  base: BaseImage,
  platform: Platform,
  run: Run,
): Promise<void> {
  if (native.length === 0) return;
  const version = base.config.config?.Env?.find((variable) => variable.startsWith('NODE_VERSION='));
  const major = version === undefined ? null : Number.parseInt(version.slice('NODE_VERSION='.length), 10);
  const libc = () => run.wanted.then(() => baseLibc(base, run.cacheFolder));
  await checkNativePackages(native, { platform, base: base.name, libc, nodeMajor: major });
}
