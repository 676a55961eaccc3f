import { nullIfWrong } from '../errors.ts';
import type { Workspace } from '../workspace/project.ts';
import { readManifest } from '../workspace/readManifest.ts';
import type { ChangedTree } from './mayDiffer.ts';
import { dependencyFields } from './workspaceDependents.ts';

/**
 * Workspaces that name one which is gone, or has another name, since the other tree. Of a peer that is missing neither a
 * manifest nor the lockfile has to say anything.
 */
export async function namingGone({
  project,
  changed,
  before,
}: Pick<ChangedTree, 'project' | 'changed' | 'before'>): Promise<Workspace[]> {
  const { root, workspaces } = project;
  const folders = [...changed].flatMap((path) =>
    path.endsWith('/package.json') ? path.slice(0, -'/package.json'.length) : [],
  );
  const old = await Promise.all(
    folders.map(async (folder) => nullIfWrong(readManifest(await before(), folder))),
  );
  const gone = old.flatMap((workspace) =>
    workspace === null || workspaces.has(workspace.name) ? [] : workspace.name,
  );
  if (gone.length === 0) return [];
  return [root, ...workspaces.values()].filter(({ packageManifest }) =>
    dependencyFields.some((field) => gone.some((name) => Object.hasOwn(packageManifest[field] ?? {}, name))),
  );
}
