import { oncePer } from '../oncePer.ts';
import { reachable } from '../reachable.ts';
import { readResolutions } from '../workspace/lockfile/resolutions.ts';
import { effectiveRange } from '../workspace/lockfile/workspaceDependencies.ts';
import type { Project, Workspace } from '../workspace/project.ts';

export const dependencyFields = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const;

/** Whether what a field names is there at run time, whatever else is. */
const runs = {
  dependencies: true,
  devDependencies: false,
  optionalDependencies: true,
  peerDependencies: false,
};

interface Dependent {
  workspace: Workspace;
  /** It needs the other one to run, by a range which can mean nothing else: what other ranges lead to, the lockfile tells. */
  certain: boolean;
}

/**
 * These workspaces and all that need one of them, however far away: rather one too many than one too few, so
 * devDependencies and peers count, and ranges are not looked at. The root is among them where it needs one.
 */
export function workspaceDependents(project: Project, changed: Iterable<Workspace>): Set<Workspace> {
  return reach(project, changed, () => true);
}

/** These workspaces and those that certainly need one of them to run: rather one too few. */
export function certainDependents(project: Project, changed: Iterable<Workspace>): Set<Workspace> {
  return reach(project, changed, ({ certain }) => certain);
}

function reach(
  project: Project,
  changed: Iterable<Workspace>,
  counts: (dependent: Dependent) => boolean,
): Set<Workspace> {
  const dependents = dependentsIn(project);
  return reachable(changed, (workspace) =>
    (dependents.get(workspace) ?? []).filter(counts).map((dependent) => dependent.workspace),
  );
}

const dependentsIn = oncePer(directDependents, ({ structure }) => structure);

function directDependents(project: Project): Map<Workspace, Dependent[]> {
  const byPath = new Map([...project.workspaces.values()].map((workspace) => [workspace.path, workspace]));
  const isPlain = plainRanges(project);
  const dependents = new Map<Workspace, Dependent[]>();
  const add = (dependency: Workspace, dependent: Dependent) => {
    const others = dependents.get(dependency);
    if (others === undefined) dependents.set(dependency, [dependent]);
    else others.push(dependent);
  };
  for (const workspace of [project.root, ...project.workspaces.values()]) {
    for (const field of dependencyFields) {
      const ranges = workspace.packageManifest[field] ?? {};
      for (const name in ranges) {
        const named = project.workspaces.get(name);
        const dependency = named ?? aliased(ranges[name] ?? '', project, byPath);
        const certain = named !== undefined && runs[field] && isPlain(workspace, name);
        if (dependency !== undefined) add(dependency, { workspace, certain });
      }
    }
  }
  return dependents;
}

/** `workspace:*`, `workspace:^1.2.0`; a folder or another name may follow the colon as well. */
const plainRange = /^workspace:[\^~*]?[\d.]*$/;

/** Whether the range of a dependency means the workspace of that name, whatever the lockfile says. */
export function plainRanges({ root, yarn }: Project): (workspace: Workspace, name: string) => boolean {
  const resolutions = readResolutions(root.packageManifest.resolutions);
  return ({ packageManifest }, name) =>
    !resolutions.has(name) && plainRange.test(effectiveRange(packageManifest, name, yarn.family));
}

/** `"log": "workspace:packages/log"` and `"log": "workspace:@acme/log@*"` name a workspace by another name. */
function aliased(
  range: string,
  project: Project,
  byPath: ReadonlyMap<string, Workspace>,
): Workspace | undefined {
  if (!range.startsWith('workspace:')) return undefined;
  const target = range.slice('workspace:'.length);
  return (
    byPath.get(target.replace(/^\.\//, '')) ?? project.workspaces.get(target.replace(/(.)@[^@]*$/, '$1'))
  );
}
