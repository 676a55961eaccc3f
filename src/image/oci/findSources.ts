import { join } from 'node:path';
import type { BuildRequest } from '../../ports/builder.ts';
import { sha256 } from '../../sha256.ts';
import { APP_FOLDER } from './assembleConfig.ts';
import { type BuiltFiles, buildWorkspaces } from './buildWorkspaces.ts';
import type { ContextFiles } from './contextFiles.ts';
import { keepLayers, keptLayers, layerFile } from './keptLayers.ts';
import { type Layer, writeLayer } from './layer.ts';
import type { Run } from './run.ts';
import { sourceLayers } from './sourceLayers.ts';
import type { YarnSetting } from './yarnInstall.ts';

/** Grows whenever the same inputs would give other bytes. */
const SCHEME = 1;

/**
 * The layers of the run-time workspaces, the service's last: as this machine keeps them for the same sources, else
 * built and packed now.
 */
export async function findSources(
  request: BuildRequest,
  files: ContextFiles,
  setting: YarnSetting,
  run: Run,
): Promise<Layer[]> {
  const { contents } = request;
  const folder = join(run.cacheFolder, 'builds', sourcesKey(request));
  const kept = await keptLayers(folder);
  const service = contents.service.name;
  if (kept !== null) {
    // This machine has made it before, so most likely the registry has it.
    await run.wanted;
    for (const { name } of contents.builds) {
      run.report({ kind: 'build', service, step: `build ${name}`, state: 'cached' });
    }
    return kept;
  }
  return keepLayers(folder, async (temporary) => {
    const sources = { dependencies: await files.of('dependencies'), service: await files.of('service') };
    const pack = (built: BuiltFiles | null) =>
      Promise.all(
        sourceLayers(contents, sources, built).map(({ title, entries }, n) => {
          const placed = entries.map((entry) => ({ ...entry, path: `${APP_FOLDER}/${entry.path}` }));
          return writeLayer(title, placed, layerFile(temporary, n), run.signal);
        }),
      );
    if (contents.builds.length === 0) return pack(null);
    await run.wanted;
    const onStep = (workspace: string) =>
      run.report({ kind: 'build', service, step: `build ${workspace}`, state: 'started' });
    return buildWorkspaces(contents, await files.of('manifests'), sources, setting, onStep, pack);
  });
}

/** Names what the built sources are made of. */
function sourcesKey({ contents, secrets }: BuildRequest): string {
  const { builds, runtime, yarn, buildArguments, service } = contents;
  const builtFrom = new Set(
    builds.length > 0 ? ['manifests', 'dependencies', 'service'] : ['dependencies', 'service'],
  );
  const layers = contents.layers
    .filter(({ name }) => builtFrom.has(name))
    .map(({ name, key }) => [name, key]);
  const how =
    builds.length > 0
      ? [yarn, buildArguments, secrets.map(({ id }) => id), process.version, process.arch]
      : [];
  return sha256(JSON.stringify([SCHEME, service, layers, builds, runtime, how]));
}
