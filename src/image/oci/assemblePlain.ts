import { join } from 'node:path';
import { inputFailure } from '../../errors.ts';
import type { BuildRequest } from '../../ports/builder.ts';
import { sha256 } from '../../sha256.ts';
import type { Platform } from '../imageFormat.ts';
import { assembleConfig } from './assembleConfig.ts';
import { contextFiles } from './contextFiles.ts';
import { copyEntries } from './copyEntries.ts';
import { keepLayers, keptLayers, layerFile } from './keptLayers.ts';
import { type Layer, writeLayer } from './layer.ts';
import { type PlainDockerfile, plainDockerfile } from './plainDockerfile.ts';
import { openBase, type PlatformImage, pushManifestParts } from './platformImage.ts';
import { pushBase, pushLayers } from './pushImage.ts';
import type { Run, Start } from './run.ts';

/** Assembles what a Dockerfile without anything to run describes: one layer for each COPY, and settings. */
export function assemblePlain(
  request: BuildRequest,
  run: Run,
  start: Start,
): (platform: Platform) => Promise<PlatformImage> {
  const dockerfile = plainDockerfile(request.contents);
  const { store, repository } = request.target;
  const copying = start(copiedLayers(request, dockerfile, run));

  return async (platform) => {
    const [base, layers] = await Promise.all([openBase(dockerfile.base, request, platform, run), copying]);
    const settings = dockerfile.configure(base.config.config ?? {});
    const config = assembleConfig(settings, base, layers, platform, request.createdAt);
    const [bytes] = await Promise.all([
      start(pushManifestParts(request, base, layers, config)),
      start(pushBase(store, repository, base, run.shared)),
      start(pushLayers(store, repository, layers, run.shared)),
    ]);
    return { platform, bytes, keepDependencies: async () => {} };
  };
}

async function copiedLayers(
  request: BuildRequest,
  { copies }: PlainDockerfile,
  { cacheFolder, signal, wanted }: Run,
): Promise<Layer[]> {
  const { layers, dockerfile } = request.contents;
  const keys = layers.map(({ name, key }) => [name, key]);
  const key = sha256(JSON.stringify([copies, keys]));
  const folder = join(cacheFolder, 'builds', key);
  const kept = await keptLayers(folder);
  if (kept !== null) {
    // This machine has made it before, so most likely the registry has it.
    await wanted;
    return kept;
  }
  const context = contextFiles(request);
  const files = [...(await context.of('dependencies')), ...(await context.of('service'))];
  return keepLayers(folder, (temporary) =>
    Promise.all(
      copies.map((copy, n) => {
        const { entries, missing } = copyEntries(copy, files);
        if (missing !== null) throw nothingToCopy(dockerfile.origin ?? dockerfile.path, copy.line, missing);
        return writeLayer(`COPY ${copy.sources.join(' ')}`, entries, layerFile(temporary, n), signal);
      }),
    ),
  );
}

function nothingToCopy(file: string, line: number, source: string) {
  return inputFailure({
    reason: 'copy-source-missing',
    message: `COPY names \`${source}\`, which is not in the context.`,
    hint: 'Correct the path, commit the file, or take it out of .dockerignore.',
    at: { file, line },
  });
}
