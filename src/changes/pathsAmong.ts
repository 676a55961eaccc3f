import { groupedBy } from '../groupedBy.ts';
import { oncePer } from '../oncePer.ts';
import type { Project } from '../workspace/project.ts';
import type { ServiceView } from './serviceView.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** Positions of a list's paths, ascending, by what they are looked up by. */
type Positions = ReadonlyMap<string, readonly number[]>;

/** As many paths are sooner looked at one by one. */
export const shortList = 20;

const byPath = oncePer((paths: readonly string[]) => positions(paths, (path) => path));

const byFolderIn = oncePer(
  (project: Project) => {
    const owner = workspaceOwner(project);
    return oncePer((paths: readonly string[]) => positions(paths, (path) => owner(path)?.path ?? ''));
  },
  ({ structure }) => structure,
);

/**
 * Those of a list's paths, in its order, that belong to workspaces in these folders (`''`: to none) or are `named`; of a
 * short list all. A long one is looked through once for all services: a commit may touch every file.
 */
export function pathsAmong(
  paths: readonly string[],
  owned: readonly Pick<ServiceView, 'project' | 'folders'>[],
  named: Iterable<string>,
): readonly string[] {
  if (paths.length <= shortList) return paths;
  const found = new Set<number>();
  const add = (position: number) => found.add(position);
  for (const { project, folders } of owned) {
    const byFolder = byFolderIn(project)(paths);
    for (const folder of folders) byFolder.get(folder)?.forEach(add);
  }
  const places = byPath(paths);
  for (const path of named) places.get(path)?.forEach(add);
  return [...found].sort((a, b) => a - b).map((position) => paths[position] as string);
}

function positions(paths: readonly string[], keyOf: (path: string) => string): Positions {
  return groupedBy(paths.keys(), (position) => keyOf(paths[position] as string));
}
