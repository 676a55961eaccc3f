import { hash } from 'node:crypto';
import { once } from '../../once.ts';
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
  local: ReadonlySet<LockfileEntry>;
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

const conesByGraph = new WeakMap<BerryGraph, ReturnType<typeof packageCones>>();

function makeMember(
  project: Project,
  graph: BerryGraph,
  workspace: Workspace,
  scope: SliceScope,
): SliceMember {
  const coneOf = conesByGraph.get(graph) ?? packageCones(graph);
  conesByGraph.set(graph, coneOf);
  const next = new Set<Workspace>();
  const named = new Set<number>();
  const cones = new Set<PackageCone>();
  const visit = (descriptor: number) => {
    const reached = graph.workspaceOf(graph.entryOf(descriptor));
    if (reached !== null) {
      named.add(descriptor);
      next.add(reached);
      return;
    }
    const cone = coneOf(descriptor);
    if (cones.has(cone)) return;
    cones.add(cone);
    for (const inside of cone.workspaces) visit(inside);
  };
  for (const descriptor of workspaceEdges(project, graph, workspace, scope)) visit(descriptor);
  const entry = graph.entryOf(anchorOf(graph, workspace));
  const isAnyVersion = entry.descriptors.every((descriptor) => fitsAnyVersion(workspace, descriptor));
  const digest = once(() => {
    const body = bodyOf(graph, entry, scope);
    const packages = [...cones].map((cone) => cone.digest);
    return hash('sha256', [body, ...packages.sort()].join('\n'), 'base64');
  });
  return {
    workspace,
    entry,
    isAnyVersion,
    next: [...next],
    named: [...named],
    local: new Set([...cones].flatMap((cone) => [...cone.local])),
    digest,
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
