import { posix } from 'node:path';
import { inputFailure } from '../../errors.ts';
import { oncePer } from '../../oncePer.ts';
import type { Project } from '../project.ts';
import type { Service } from '../service.ts';
import type { Snapshot } from '../snapshot.ts';
import { builtinTemplate } from './builtinTemplate.ts';

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
export function dockerfileOf(
  { snapshot }: Pick<Project, 'snapshot'>,
  service: Service,
): Promise<DockerfileSource> {
  const found = filesIn(snapshot);
  const key = `${service.path}\n${service.settings.dockerfile}`;
  const source = found.get(key) ?? findDockerfile(snapshot, service);
  found.set(key, source);
  return source;
}

/** Whether a service changed, and what with, asks for the same file. */
const filesIn = oncePer((_: Snapshot) => new Map<string, Promise<DockerfileSource>>());

async function findDockerfile(snapshot: Snapshot, service: Service): Promise<DockerfileSource> {
  const { dockerfile } = service.settings;
  const folder = service.path === '' ? '' : `${service.path}/`;
  const conventions = [`${folder}Dockerfile`, `${folder}Dockerfile.template`, 'Dockerfile.template'];
  for (const path of dockerfile === null ? conventions : [posix.normalize(dockerfile)]) {
    const bytes = await snapshot.read(path);
    if (bytes === null) continue;
    const kind = path.endsWith('.template') ? 'template' : 'own';
    return { kind, text: bytes.toString('utf8'), origin: path };
  }
  if (dockerfile !== null) throw notFound(service, dockerfile);
  return {
    kind: 'template',
    // Which services changed is mostly told without it.
    get text() {
      return builtinTemplate();
    },
    origin: null,
  };
}

function notFound(service: Service, dockerfile: string) {
  return inputFailure({
    reason: 'dockerfile-missing',
    message: `\`dockerfile: ${dockerfile}\`, for ${service.name}, is not committed.`,
    hint: 'Correct the path (from the root of the repo), or commit the file.',
  });
}
