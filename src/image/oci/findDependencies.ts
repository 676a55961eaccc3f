import type { BuildRequest } from '../../ports/builder.ts';
import type { Platform } from '../imageFormat.ts';
import type { ContextFiles } from './contextFiles.ts';
import {
  type DependencyLayer,
  dependencyKey,
  installDependencyLayer,
  keptDependencyLayer,
} from './dependencyLayer.ts';
import type { Run } from './run.ts';
import { dependencyTag, findStoredDependencies } from './storedDependencies.ts';
import type { YarnSetting } from './yarnInstall.ts';

export interface FoundDependencies {
  layer: DependencyLayer;
  /** Tags of which the registry is to keep the layer under one, the last unless another does; empty: it does already. */
  storeAs: readonly string[];
}

/**
 * A service's installed production dependencies: what this machine keeps for the slice, else what the registry keeps,
 * else installed now.
 */
export async function findDependencies(
  { contents, target }: BuildRequest,
  files: ContextFiles,
  platform: Platform,
  setting: YarnSetting,
  run: Run,
): Promise<FoundDependencies> {
  const key = dependencyKey(contents, platform);
  const tags = readableTags(target.imageTag, key);
  const service = contents.service.name;
  const step = 'install production dependencies';
  const kept = await keptDependencyLayer(run.cacheFolder, key);
  if (kept !== null) {
    run.report({ kind: 'build', service, step, state: 'cached' });
    return { layer: kept, storeAs: tags };
  }
  const stored = await firstStored(target, tags);
  if (stored !== null) {
    run.report({ kind: 'build', service, step, state: 'cached', text: 'found in the registry' });
    return { layer: stored, storeAs: [] };
  }
  await run.wanted;
  run.report({ kind: 'build', service, step, state: 'started' });
  const slice = await files.of('production');
  const layer = await installDependencyLayer(key, slice, platform, setting);
  run.report({ kind: 'build', service, step, state: 'done' });
  return { layer, storeAs: tags };
}

/** A pull request may use what releases installed; not the other way round. */
function readableTags(imageTag: string, key: string): string[] {
  const ofReleases = imageTag.replace(/^.*?(?=identity-)/, '');
  const tags = [ofReleases, imageTag].map((each) => dependencyTag(each, key));
  return [...new Set(tags.filter((tag) => tag !== null))];
}

async function firstStored(target: BuildRequest['target'], tags: readonly string[]) {
  for (const tag of tags) {
    const stored = await findStoredDependencies(target, tag);
    if (stored !== null) return stored;
  }
  return null;
}
