import { hash } from 'node:crypto';
import type { BerryGraph } from './berryGraph.ts';
import { field, type LockfileEntry } from './parseBerryLockfile.ts';

/** All that a descriptor of a third-party package leads to, itself included, up to workspaces. */
export interface PackageCone {
  /** SHA-256 in base64 over the descriptors and entries in it. */
  readonly digest: string;
  /** The cones of what its own packages need. */
  readonly children: ReadonlySet<PackageCone>;
  /** What the lockfile says of its own packages: itself, and those that it needs and that need it. */
  readonly ownText: string;
  /** Those, as people are shown them. */
  packages(): readonly ShownPackage[];
  /** Entries whose files may stand in the repo (`patch:`, `file:`, `portal:`, `link:`). */
  local: ReadonlySet<LockfileEntry>;
  /** Descriptors of workspaces that packages in it lead to. */
  workspaces: ReadonlySet<number>;
}

const nothing: ReadonlySet<never> = new Set();

/**
 * Cones of the descriptors of a lockfile, each made once: the slices of many services share nearly all of theirs.
 * Packages that need each other have one cone together, found as strongly connected components.
 * Source: R. Tarjan, Depth-first search and linear graph algorithms (1972), with a stack of its own.
 */
export function packageCones(graph: BerryGraph): (descriptor: number) => PackageCone {
  const cones: (PackageCone | undefined)[] = new Array(graph.descriptorCount);
  const search = {
    order: new Int32Array(graph.descriptorCount),
    lowest: new Int32Array(graph.descriptorCount),
  };
  return (descriptor) => {
    const known = cones[descriptor];
    if (known !== undefined) return known;
    findCones(graph, descriptor, cones, search);
    return cones[descriptor] as PackageCone;
  };
}

/** By descriptor; 0: not entered. What was entered once has a cone when the search is over. */
interface Search {
  order: Int32Array;
  lowest: Int32Array;
}

interface Visit {
  descriptor: number;
  edges: readonly number[];
  next: number;
}

function findCones(
  graph: BerryGraph,
  start: number,
  cones: (PackageCone | undefined)[],
  { order, lowest }: Search,
): void {
  const open: number[] = [];
  const visits: Visit[] = [];
  let entered = 0;
  const enter = (descriptor: number) => {
    entered += 1;
    order[descriptor] = entered;
    lowest[descriptor] = entered;
    open.push(descriptor);
    visits.push({ descriptor, edges: edgesOf(graph, descriptor), next: 0 });
  };
  const lower = (descriptor: number, to: number) => {
    if (to < (lowest[descriptor] as number)) lowest[descriptor] = to;
  };
  enter(start);
  for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
    const { descriptor } = visit;
    const edge = visit.edges[visit.next];
    visit.next += 1;
    if (edge !== undefined) {
      if (cones[edge] !== undefined) continue;
      const place = order[edge] as number;
      if (place === 0) enter(edge);
      else lower(descriptor, place);
      continue;
    }
    visits.pop();
    const low = lowest[descriptor] as number;
    const parent = visits.at(-1);
    if (parent !== undefined) lower(parent.descriptor, low);
    if (low !== order[descriptor]) continue;
    const members = open.splice(open.lastIndexOf(descriptor));
    const cone = new Cone(graph, members, cones);
    for (const member of members) cones[member] = cone;
  }
}

/** A workspace ends a cone: what it leads to depends on which of its dependencies count. */
function edgesOf(graph: BerryGraph, descriptor: number): readonly number[] {
  const entry = graph.entryOf(descriptor);
  const source = graph.patchSourceOf(descriptor);
  const dependencies = graph.workspaceOf(entry) === null ? graph.dependenciesOf(entry) : [];
  return source === -1 ? dependencies : [source, ...dependencies];
}

/** A class, for there are thousands of them. */
class Cone implements PackageCone {
  readonly local: ReadonlySet<LockfileEntry>;
  readonly workspaces: ReadonlySet<number>;
  readonly children: ReadonlySet<PackageCone>;
  private madeDigest: string | undefined;
  private madeText: string | undefined;
  private shown: readonly ShownPackage[] | undefined;

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

  packages(): readonly ShownPackage[] {
    const entries = new Set(this.members.map((member) => this.graph.entryOf(member)));
    this.shown ??= [...entries].flatMap((entry) => shownPackage(this.graph, entry) ?? []);
    return this.shown;
  }

  get ownText(): string {
    this.madeText ??= this.ownLines().sort().join('\n');
    return this.madeText;
  }

  private ownLines(): string[] {
    const { graph, members } = this;
    return members.map((member) => `${graph.nameOf(member)}\n${bodyOf(graph, graph.entryOf(member))}`);
  }

  private makeDigest(): string {
    const lines = this.ownLines();
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

/** A third-party package as people are shown it. */
interface ShownPackage {
  name: string;
  /** From elsewhere than the registry with its source. */
  version: string;
}

/** Null: the entry is a workspace's. */
export function shownPackage(graph: BerryGraph, entry: LockfileEntry): ShownPackage | null {
  if (graph.workspaceOf(entry) !== null) return null;
  const { name, reference } = graph.packageOf(entry);
  const version = field(entry.body, 'version') ?? '0.0.0';
  return { name, version: reference.startsWith('npm:') ? version : `${version} (${reference})` };
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
