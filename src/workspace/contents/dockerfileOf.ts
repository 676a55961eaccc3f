import { posix } from 'node:path';
import { inputFailure } from '../../errors.ts';
import type { Project } from '../project.ts';
import type { Service } from '../service.ts';
import { builtinTemplate } from './renderDockerfile.ts';

/** What a service is built with. */
export interface DockerfileSource {
  kind: 'template' | 'own';
  text: string;
  /** The file in the repo, or null for the built-in template. */
  origin: string | null;
}

/**
 * The file that the configuration names, else the service's own `Dockerfile` or `Dockerfile.template`, else the
 * repo's `Dockerfile.template`, else the built-in template. Rejects where the configured one does not exist.
 */
export async function dockerfileOf(project: Project, service: Service): Promise<DockerfileSource> {
  const { dockerfile } = service.settings;
  const conventions = [
    posix.join(service.path, 'Dockerfile'),
    posix.join(service.path, 'Dockerfile.template'),
    'Dockerfile.template',
  ];
  for (const path of dockerfile === null ? conventions : [posix.normalize(dockerfile)]) {
    const bytes = await project.snapshot.read(path);
    if (bytes === null) continue;
    const kind = path.endsWith('.template') ? 'template' : 'own';
    return { kind, text: bytes.toString('utf8'), origin: path };
  }
  if (dockerfile !== null) throw notFound(service, dockerfile);
  return { kind: 'template', text: builtinTemplate(), origin: null };
}

function notFound(service: Service, dockerfile: string) {
  return inputFailure({
    reason: 'dockerfile-missing',
    message: `\`dockerfile: ${dockerfile}\`, for ${service.name}, is not committed.`,
    hint: 'Correct the path (from the root of the repo), or commit the file.',
  });
}
