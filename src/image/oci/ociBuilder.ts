import { mkdir } from 'node:fs/promises';
import type { Builder } from '../../ports/builder.ts';
import type { ImageStore } from '../../ports/registry.ts';
import { buildImage } from './buildImage.ts';
import { dropOldEntries } from './dropOldEntries.ts';
import { sharedBlobs } from './sharedBlobs.ts';
import { waitingBlobs } from './waitingBlobs.ts';

export interface OciBuilderOptions {
  env: NodeJS.ProcessEnv;
  /** Opens the registry of a base image by its host. */
  openStore(host: string): ImageStore;
  /** {@link cacheFolder} */
  cacheFolder: string;
}

/**
 * Assembles images without any engine: production dependencies installed by the repo's own Yarn, build scripts run on
 * this machine in an extracted context, deterministic layers on the base's. The same context gives the same digest.
 */
export function ociBuilder(options: OciBuilderOptions): Builder {
  const shared = sharedBlobs();
  return {
    name: 'oci',
    async check() {
      await mkdir(options.cacheFolder, { recursive: true });
    },
    build: (request, { wanted, ...run }) =>
      buildImage(request, {
        ...options,
        ...run,
        shared: wanted === undefined ? shared : waitingBlobs(shared, wanted),
        wanted: wanted ?? Promise.resolve(),
      }),
    close: () => dropOldEntries(options.cacheFolder),
  };
}
