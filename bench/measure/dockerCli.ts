import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment } from './cleanEnvironment.ts';

/** A Docker command line that builds with BuildKit. */
export interface DockerCli {
  file: string;
  env: Record<string, string>;
  hasBuildx: boolean;
}

/**
 * The first `docker` on PATH that builds with BuildKit: by the buildx plugin, or, before version 23, by itself. Else
 * why there is none.
 */
export async function findDockerCli(): Promise<DockerCli | string> {
  const seen: string[] = [];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, 'docker');
    if (!(await isExecutable(file))) continue;
    const version = await answer(file, ['version', '--format', '{{.Client.Version}}']);
    if (version === null) continue;
    if ((await answer(file, ['buildx', 'version'])) !== null) return { file, env: {}, hasBuildx: true };
    if (Number.parseInt(version, 10) < 23) return { file, env: { DOCKER_BUILDKIT: '1' }, hasBuildx: false };
    seen.push(`docker ${version} has no buildx plugin, and no BuildKit without it`);
  }
  return seen[0] ?? 'no `docker` on PATH that reaches an engine';
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** In the environment that measured commands get: a plugin in the user's home counts for nothing. */
async function answer(file: string, args: readonly string[]): Promise<string | null> {
  return promisify(execFile)(file, args, { env: cleanEnvironment() }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}
