import { isAbsolute, join } from 'node:path';
import { splitHost } from '../../image/parseReference.ts';
import type { ImageStore } from '../../ports/registry.ts';
import { dockerCredentials } from './dockerCredentials.ts';
import { httpRegistry } from './httpRegistry.ts';
import { layoutFolder } from './layoutFolder.ts';
import { registryHost } from './registryHost.ts';

/**
 * Opens `registry.example.com/team` (repositories are named from the host on: `team/api`; without a host it is
 * Docker Hub) or `oci:<folder>` (repositories are named below the folder: `api`). Nothing is contacted yet.
 */
export function openImageStore(
  location: string,
  surroundings: { env: NodeJS.ProcessEnv; insecureRegistries: readonly string[]; cwd?: string },
): ImageStore {
  if (location.startsWith('oci:')) {
    const folder = location.slice('oci:'.length);
    return layoutFolder(isAbsolute(folder) ? folder : join(surroundings.cwd ?? process.cwd(), folder));
  }
  const host = registryHost(splitHost(`${location}/`).host, surroundings.insecureRegistries);
  return httpRegistry(location, host, {
    credentials: dockerCredentials(surroundings.env),
    env: surroundings.env,
  });
}
