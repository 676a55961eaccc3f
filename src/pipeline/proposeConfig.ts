import { posix } from 'node:path';
import { inputFailure } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import { readProject } from '../workspace/readProject.ts';
import { compareBytes, openSnapshot } from '../workspace/snapshot.ts';

/** A first shipyarn.yaml for the monorepo: what it shows, and placeholders for what it cannot. */
export async function proposeConfig(
  { git }: Ports,
  given: { registry?: string | undefined; infra?: string | undefined },
): Promise<{ root: string; text: string }> {
  const { tree } = await git.worktree.snapshot();
  const snapshot = openSnapshot(tree, git.objects);
  if ((await snapshot.entry('shipyarn.yaml')) !== null) {
    throw inputFailure({
      reason: 'config-exists',
      message: 'There is a shipyarn.yaml already.',
      hint: 'Edit it; docs/configuration.md lists every key.',
      at: { file: 'shipyarn.yaml' },
    });
  }
  const services = await proposeServices(await readProject(snapshot));
  const lines = [
    '# One file explains the whole process; what is not here follows the conventions (docs/configuration.md).',
    services === null
      ? '# Services are the workspaces with a Dockerfile of their own.'
      : `services: ${JSON.stringify(services)}`,
    setOrSuggest('registry', given.registry, 'registry.example.com/team'),
    ...(given.infra === undefined
      ? ['# infra:', '#   repo: git@example.com:team/infra.git']
      : ['infra:', `  repo: ${JSON.stringify(given.infra)}`]),
  ];
  return { root: git.history.root, text: `${lines.join('\n')}\n` };
}

function setOrSuggest(key: string, value: string | undefined, example: string): string {
  return value === undefined ? `# ${key}: ${example}` : `${key}: ${JSON.stringify(value)}`;
}

/** Globs for the workspaces that look like services; null: they have Dockerfiles, which is the convention. */
async function proposeServices(project: Project): Promise<string[] | null> {
  const workspaces = [...project.workspaces.values()];
  const dockerfiles = await Promise.all(
    workspaces.map(({ path }) => project.snapshot.entry(`${path}/Dockerfile`)),
  );
  if (dockerfiles.some((entry) => entry !== null)) return null;
  const startable = workspaces.filter(({ packageManifest }) => packageManifest.scripts?.start !== undefined);
  if (startable.length > 0) return globsFor(startable, workspaces);
  throw inputFailure({
    reason: 'no-services',
    message: 'No workspace has a Dockerfile or a `start` script, so nothing here looks like a service.',
    hint: 'Write shipyarn.yaml by hand and name them: `services: ["services/*"]`.',
  });
}

/** `services/*` where all workspaces in a folder are meant, else the folders themselves. */
function globsFor(chosen: readonly Workspace[], all: readonly Workspace[]): string[] {
  const inFolder = (workspaces: readonly Workspace[], folder: string) =>
    workspaces.filter(({ path }) => posix.dirname(path) === folder);
  const globs = chosen.map(({ path }) => {
    const folder = posix.dirname(path);
    const whole = folder !== '.' && inFolder(chosen, folder).length === inFolder(all, folder).length;
    return whole ? `${folder}/*` : path;
  });
  return [...new Set(globs)].sort(compareBytes);
}
