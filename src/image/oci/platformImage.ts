import { Failure } from '../../errors.ts';
import type { BuildRequest } from '../../ports/builder.ts';
import { checkHostBase } from '../checkHostBase.ts';
import type { ImageConfig, Platform } from '../imageFormat.ts';
import { baseFailure } from './baseFailure.ts';
import { type BaseImage, findBaseImage } from './baseImage.ts';
import { hostBaseImage } from './hostBaseImage.ts';
import type { Layer } from './layer.ts';
import { pushConfig } from './pushImage.ts';
import type { Run } from './run.ts';

/** One platform's image. */
export interface PlatformImage {
  platform: Platform;
  /** Its manifest; all that it names is in the store. */
  bytes: Buffer;
  /** Has the registry keep the installed dependencies for the next machine. */
  keepDependencies(): Promise<void>;
}

/** The image that a reference names, or this machine's own Node for `host`. */
export async function openBase(
  reference: string,
  { contents, target }: BuildRequest,
  platform: Platform,
  { openStore, cacheFolder, env, wanted }: Run,
): Promise<BaseImage> {
  if (reference === 'host') {
    checkHostBase(platform, contents.service.name);
    return hostBaseImage(cacheFolder, env, wanted);
  }
  try {
    return await findBaseImage(reference, platform, { openStore, target: target.store, cacheFolder });
  } catch (error) {
    throw error instanceof Failure ? baseFailure(error, reference, contents) : error;
  }
}

/** Puts the config over layers that are in the store, or on their way; gives the manifest. */
export function pushManifestParts(
  { target: { store, repository } }: BuildRequest,
  base: BaseImage,
  layers: readonly Layer[],
  config: ImageConfig,
): Promise<Buffer> {
  const annotations = {
    'org.opencontainers.image.base.name': base.name,
    ...(base.digest === null ? {} : { 'org.opencontainers.image.base.digest': base.digest }),
  };
  const descriptors = [...base.layers, ...layers].map(({ descriptor }) => descriptor);
  return pushConfig(store, repository, config, descriptors, annotations);
}
