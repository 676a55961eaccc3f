import { hash } from 'node:crypto';
import { type BerryGraph, complete } from './berryGraph.ts';
import { componentSearch } from './componentSearch.ts';
import type { LockfileEntry } from './parseBerryLockfile.ts';

/** All that a descriptor of a third-party package leads to, itself included, up to workspaces. */
export interface PackageCone {
  /** SHA-256 in base64 over the descriptors and entries in it. */
  readonly digest: string;
  /** Entries whose files may stand in the repo (`patch:`, `file:`, `portal:`, `link:`). */
  local: ReadonlySet<LockfileEntry>;
  /** Descriptors of workspaces that packages in it lead to. */
  workspaces: ReadonlySet<number>;
}

const nothing: ReadonlySet<never> = new Set();

/**
 * Cones of the descriptors of a lockfile, each made once: the slices of many services share nearly all of theirs.
 * Packages that need each other have one cone together.
 */
export function packageCones(graph: BerryGraph): (descriptor: number) => PackageCone {
  const cones: (PackageCone | undefined)[] = new Array(graph.descriptorCount);
  const search = componentSearch(graph.descriptorCount, (descriptor) => edgesOf(graph, descriptor));
  const add = (members: readonly number[]) => {
    const cone = new Cone(graph, members, cones);
    for (const member of members) cones[member] = cone;
  };
  return (descriptor) => {
    if (cones[descriptor] === undefined) search(descriptor, add);
    return cones[descriptor] as PackageCone;
  };
}

/** A workspace ends a cone: what it leads to depends on which of its dependencies count. */
function edgesOf(graph: BerryGraph, descriptor: number): readonly number[] {
  const entry = graph.entryOf(descriptor);
  const source = graph.patchSourceOf(descriptor);
  const dependencies = graph.workspaceOf(entry) === null ? complete(graph.dependenciesOf(entry)) : [];
  return source === -1 ? dependencies : [source, ...dependencies];
}

/** A class, for there are thousands of them. */
class Cone implements PackageCone {
  readonly local: ReadonlySet<LockfileEntry>;
  readonly workspaces: ReadonlySet<number>;
  private readonly children: ReadonlySet<PackageCone>;
  private madeDigest: string | undefined;

  constructor(
    private readonly graph: BerryGraph,
    private readonly members: readonly number[],
    cones: readonly (PackageCone | undefined)[],
  ) {
    const children = new Set<PackageCone>();
    for (const member of members) {
      for (const edge of edgesOf(graph, member)) {
        const cone = cones[edge];
        if (cone !== undefined) children.add(cone);
      }
    }
    this.children = children;
    this.local = graph.mayHoldLocalPackages() ? localIn(graph, members, children) : nothing;
    this.workspaces = graph.mayLeadToWorkspaces() ? workspacesIn(graph, members, children) : nothing;
  }

  get digest(): string {
    this.madeDigest ??= this.makeDigest();
    return this.madeDigest;
  }

  private makeDigest(): string {
    const { graph, members } = this;
    const lines = members.map((member) => `${graph.nameOf(member)}\n${bodyOf(graph, graph.entryOf(member))}`);
    for (const child of this.children) lines.push(child.digest);
    return hash('sha256', lines.sort().join('\n'), 'base64');
  }
}

function localIn(graph: BerryGraph, members: readonly number[], children: ReadonlySet<PackageCone>) {
  const own = members.map((member) => graph.entryOf(member)).filter((entry) => graph.isLocal(entry));
  return union(own, children, (child) => child.local);
}

function workspacesIn(graph: BerryGraph, members: readonly number[], children: ReadonlySet<PackageCone>) {
  const own = members.filter((member) => graph.workspaceOf(graph.entryOf(member)) !== null);
  return union(own, children, (child) => child.workspaces);
}

function bodyOf(graph: BerryGraph, entry: LockfileEntry): string {
  return graph.workspaceOf(entry) !== null ? '' : entry.body;
}

/** Of its own and of its children; one of theirs where it holds all: most cones have nothing of their own to add. */
function union<T>(
  own: readonly T[],
  children: ReadonlySet<PackageCone>,
  setOf: (child: PackageCone) => ReadonlySet<T>,
): ReadonlySet<T> {
  let largest: ReadonlySet<T> = nothing;
  for (const child of children) if (setOf(child).size > largest.size) largest = setOf(child);
  if (largest.size === 0 && own.length === 0) return nothing;
  let all: Set<T> | null = null;
  const add = (member: T) => {
    if (!largest.has(member)) all = (all ?? new Set(largest)).add(member);
  };
  own.forEach(add);
  for (const child of children) if (setOf(child) !== largest) setOf(child).forEach(add);
  return all ?? largest;
}
