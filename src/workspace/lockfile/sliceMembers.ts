import { hash } from 'node:crypto';
import { once } from '../../once.ts';
import { oncePer } from '../../oncePer.ts';
import type { Project, Workspace } from '../project.ts';
import type { BerryGraph } from './berryGraph.ts';
import { keptByScope } from './keptByScope.ts';
import type { SliceScope } from './lockfileSlice.ts';
import { type PackageCone, packageCones } from './packageCones.ts';
import type { LockfileEntry } from './parseBerryLockfile.ts';
import { anchorOf, bodyOf, workspaceEdges } from './workspaceEdges.ts';

/** What one workspace brings into a slice, whatever else is in it. */
export interface SliceMember {
  workspace: Workspace;
  entry: LockfileEntry;
  /** Whether its entry's descriptors mean it at whatever version it has. */
  isAnyVersion: boolean;
  /** The workspaces that it leads to, be it through packages of third parties. */
  next: readonly Workspace[];
  /** The descriptors by which it names itself and those. */
  named: readonly number[];
  /** What it needs whose files may stand in the repo. */
  local(): readonly LockfileEntry[];
  /** What it leads to beside workspaces. */
  cones(): readonly PackageCone[];
  /** SHA-256 in base64 over what its entry says in the scope, and the cones. */
  digest(): string;
}

const knownMembers = keptByScope(() => new Map<Workspace, SliceMember>());

/** The workspaces of a slice: the root, those that the scope begins with, and all that they lead to. */
export function sliceMembers(project: Project, graph: BerryGraph, scope: SliceScope): SliceMember[] {
  const memberOf = knownMembers(graph, scope);
  const members = new Map<Workspace, SliceMember>();
  const pending = [project.root, ...scope.roots.map((name) => project.workspaces.get(name) ?? project.root)];
  for (let workspace = pending.pop(); workspace !== undefined; workspace = pending.pop()) {
    if (members.has(workspace)) continue;
    const member = memberOf.get(workspace) ?? makeMember(project, graph, workspace, scope);
    memberOf.set(workspace, member);
    members.set(workspace, member);
    pending.push(...member.next);
  }
  return [...members.values()];
}

const conesIn = oncePer(packageCones);

function makeMember(
  project: Project,
  graph: BerryGraph,
  workspace: Workspace,
  scope: SliceScope,
): SliceMember {
  const edges = workspaceEdges(project, graph, workspace, scope);
  const reachedBy = (descriptor: number) => graph.workspaceOf(graph.entryOf(descriptor));
  // Made only where somebody asks for what is in them: there are thousands.
  const cones = once(() => {
    const packages = edges.filter((descriptor) => reachedBy(descriptor) === null);
    return [...new Set(packages.map(conesIn(graph)))];
  });
  const inCones = graph.mayLeadToWorkspaces() ? cones().flatMap((cone) => [...cone.workspaces]) : [];
  const named = new Set([...edges.filter((descriptor) => reachedBy(descriptor) !== null), ...inCones]);
  const entry = graph.entryOf(anchorOf(graph, workspace));
  return {
    workspace,
    entry,
    isAnyVersion: entry.descriptors.every((descriptor) => fitsAnyVersion(workspace, descriptor)),
    next: [...new Set([...named].flatMap((descriptor) => reachedBy(descriptor) ?? []))],
    named: [...named],
    local: () => (graph.mayHoldLocalPackages() ? cones().flatMap((cone) => [...cone.local]) : []),
    cones,
    digest: once(() => {
      const body = bodyOf(graph, entry, scope);
      const packages = cones().map((cone) => cone.digest);
      return hash('sha256', [body, ...packages.sort()].join('\n'), 'base64');
    }),
  };
}

/** Whether a descriptor of a workspace means it at whatever version it has. */
export function fitsAnyVersion({ name, path }: Workspace, descriptor: string): boolean {
  const range = descriptor.slice(name.length + '@workspace:'.length);
  return (
    (range === (path || '.') || range === '^' || range === '~' || range === '*') &&
    descriptor === `${name}@workspace:${range}`
  );
}
