import type { Project, Workspace } from '../workspace/project.ts';

const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

/**
 * These workspaces and all that need one of them, however far away: rather one too many than one too few, so
 * devDependencies and peers count, and ranges are not looked at. The root is among them where it needs one.
 */
export function workspaceDependents(project: Project, changed: ReadonlySet<Workspace>): Set<Workspace> {
  const dependents = known.get(project.structure) ?? directDependents(project);
  known.set(project.structure, dependents);
  const reached = new Set(changed);
  // A set hands out what is added to it while it is walked.
  for (const workspace of reached) {
    for (const dependent of dependents.get(workspace) ?? []) reached.add(dependent);
  }
  return reached;
}

const known = new WeakMap<object, ReadonlyMap<Workspace, readonly Workspace[]>>();

function directDependents(project: Project): Map<Workspace, Workspace[]> {
  const byPath = new Map([...project.workspaces.values()].map((workspace) => [workspace.path, workspace]));
  const dependents = new Map<Workspace, Workspace[]>();
  for (const workspace of [project.root, ...project.workspaces.values()]) {
    for (const field of fields) {
      const ranges = workspace.packageManifest[field] ?? {};
      for (const name in ranges) {
        const dependency = project.workspaces.get(name) ?? aliased(ranges[name] ?? '', project, byPath);
        if (dependency === undefined) continue;
        const others = dependents.get(dependency);
        if (others === undefined) dependents.set(dependency, [workspace]);
        else others.push(workspace);
      }
    }
  }
  return dependents;
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
