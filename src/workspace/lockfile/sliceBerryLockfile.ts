import { createHash } from 'node:crypto';
import type { Project, Workspace } from '../project.ts';
import { type BerryGraph, berryGraph } from './berryGraph.ts';
import { lockfileOutOfDate, workspaceNotInLockfile } from './lockfileFailures.ts';
import { entryDigest } from './lockfileIndex.ts';
import type { LockfileSlice, SliceScope } from './lockfileSlice.ts';
import { field, type LockfileEntry } from './parseBerryLockfile.ts';
import { requiredPeers, workspaceDependencies } from './workspaceDependencies.ts';
import { entryText, workspaceBody } from './writeBerryEntry.ts';

/** What a walk from some workspaces reaches. */
interface Reached {
  /** By descriptor number: 1 where reached. */
  descriptors: Uint8Array;
  /** By the entry's index: 1 where reached. */
  isEntered: Uint8Array;
  /** In the lockfile's order. */
  entries: readonly LockfileEntry[];
  workspaces: ReadonlySet<Workspace>;
}

/**
 * Prunes a Yarn 2–4 lockfile to what some workspaces need, to the byte as Yarn would: the same walk over
 * descriptors that `Project#resolveEverything` makes, with keys reduced to the descriptors still in use
 * (`Project#generateLockfile`). Rejects where manifests and lockfile disagree.
 */
export function sliceBerryLockfile(project: Project, scope: SliceScope): LockfileSlice {
  const graph = berryGraph(project);
  const reached = walk(project, graph, scope);
  const { entries } = reached;
  const workspaces = [...reached.workspaces].map(({ name }) => name).sort();
  const lazily = {
    versioned: once(() => versioned(graph, reached)),
    digest: once(() => digest(graph, reached, scope)),
    packages: once(() => packages(graph, entries)),
    locators: once(() =>
      entries.filter((entry) => graph.workspaceOf(entry) === null).map((entry) => locatorOf(graph, entry)),
    ),
    localLocators: once(() =>
      localEntries(graph)
        .filter(({ index }) => reached.isEntered[index] === 1)
        .map((entry) => locatorOf(graph, entry)),
    ),
  };
  return {
    workspaces,
    get versioned() {
      return lazily.versioned();
    },
    digest: lazily.digest,
    text: () => text(graph, entries, reached, scope),
    packages: lazily.packages,
    pathTo: (name) => pathTo(project, graph, scope, name),
    locators: lazily.locators,
    localLocators: lazily.localLocators,
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const localByGraph = new WeakMap<BerryGraph, readonly LockfileEntry[]>();

/** Entries of packages whose files may stand in the repo: few, so slices are searched for them, not through. */
function localEntries(graph: BerryGraph): readonly LockfileEntry[] {
  const known =
    localByGraph.get(graph) ??
    graph.lockfile.entries.filter(({ body }) =>
      /^ {2}resolution: "?@?[^@\n]+@(patch|file|portal|link):/m.test(body),
    );
  localByGraph.set(graph, known);
  return known;
}

/** The checksum is read only where an archive is looked for. */
function locatorOf(graph: BerryGraph, entry: LockfileEntry) {
  const { name, reference } = graph.packageOf(entry);
  return {
    name,
    reference,
    get checksum() {
      return field(entry.body, 'checksum');
    },
  };
}

function walk(project: Project, graph: BerryGraph, scope: SliceScope): Reached {
  const descriptors = new Uint8Array(graph.descriptorCount);
  const entered = new Uint8Array(graph.lockfile.entries.length);
  const workspaces = new Set<Workspace>();
  const pending: number[] = [];
  const visit = (descriptor: number) => {
    if (descriptors[descriptor] === 1) return;
    descriptors[descriptor] = 1;
    pending.push(descriptor);
  };
  const enter = (workspace: Workspace) => {
    if (workspaces.has(workspace)) return;
    workspaces.add(workspace);
    for (const descriptor of workspaceEdges(project, graph, workspace, scope)) visit(descriptor);
  };
  enter(project.root);
  for (const name of scope.roots) enter(project.workspaces.get(name) ?? project.root);
  for (let descriptor = pending.pop(); descriptor !== undefined; descriptor = pending.pop()) {
    const entry = graph.entryOf(descriptor);
    const source = graph.patchSourceOf(descriptor);
    if (source !== -1) visit(source);
    if (entered[entry.index] === 1) continue;
    entered[entry.index] = 1;
    const workspace = graph.workspaceOf(entry);
    if (workspace !== null) enter(workspace);
    else for (const next of graph.dependenciesOf(entry)) visit(next);
  }
  const entries = graph.lockfile.entries.filter(({ index }) => entered[index] === 1);
  return { descriptors, isEntered: entered, entries, workspaces };
}

/** What workspaces are in a scope, whatever the slice: every service has the root, and shares libraries. */
interface KnownWorkspaces {
  edges: Map<Workspace, readonly number[]>;
  bodies: Map<Workspace, string>;
}

const known = new WeakMap<BerryGraph, Map<SliceScope['ignored'], [KnownWorkspaces, KnownWorkspaces]>>();

function knownWorkspaces(graph: BerryGraph, { ignored, development }: SliceScope): KnownWorkspaces {
  const byRule = known.get(graph) ?? new Map<SliceScope['ignored'], [KnownWorkspaces, KnownWorkspaces]>();
  known.set(graph, byRule);
  const make = () => ({ edges: new Map(), bodies: new Map() });
  const both = byRule.get(ignored) ?? [make(), make()];
  byRule.set(ignored, both);
  return both[development ? 1 : 0];
}

function workspaceEdges(
  project: Project,
  graph: BerryGraph,
  workspace: Workspace,
  scope: SliceScope,
): readonly number[] {
  const { edges } = knownWorkspaces(graph, scope);
  const found = edges.get(workspace) ?? findEdges(project, graph, workspace, scope);
  edges.set(workspace, found);
  return found;
}

/** Its own anchor, its dependencies in this scope, and workspaces that it has as required peers. */
function findEdges(project: Project, graph: BerryGraph, workspace: Workspace, scope: SliceScope): number[] {
  const anchor = anchorOf(graph, workspace);
  const edges = [anchor];
  const listed = new Map(graph.packageOf(graph.entryOf(anchor)).dependencies);
  const parent = { name: workspace.name, reference: `workspace:${workspace.path || '.'}` };
  for (const [name, range] of workspaceDependencies(workspace, scope, 'berry')) {
    const descriptor = graph.resolve(parent, name, range);
    const recorded = listed.get(name);
    const fits = recorded === range || recorded === `npm:${range}`;
    if (descriptor === null || !fits) throw lockfileOutOfDate(workspace, name, range);
    edges.push(descriptor);
  }
  for (const peer of requiredPeers(workspace.packageManifest)) {
    const provider = project.workspaces.get(peer);
    if (provider !== undefined) edges.push(anchorOf(graph, provider));
  }
  return edges;
}

function anchorOf(graph: BerryGraph, workspace: Workspace): number {
  const number = graph.numberOf(`${workspace.name}@workspace:${workspace.path || '.'}`);
  if (number === null) throw workspaceNotInLockfile(workspace);
  return number;
}

function usedDescriptors(graph: BerryGraph, entry: LockfileEntry, reached: Reached): readonly string[] {
  const first = graph.firstDescriptor[entry.index] as number;
  if (entry.descriptors.length === 1) return entry.descriptors;
  return entry.descriptors.filter((_, index) => reached.descriptors[first + index] === 1);
}

function versioned(graph: BerryGraph, reached: Reached): Set<string> {
  const names = new Set<string>();
  for (const workspace of reached.workspaces) {
    const entry = graph.entryOf(anchorOf(graph, workspace));
    const anywhere = ['^', '~', '*', workspace.path || '.'].map(
      (range) => `${workspace.name}@workspace:${range}`,
    );
    if (!usedDescriptors(graph, entry, reached).every((used) => anywhere.includes(used))) {
      names.add(workspace.name);
    }
  }
  return names;
}

function text(
  graph: BerryGraph,
  entries: readonly LockfileEntry[],
  reached: Reached,
  scope: SliceScope,
): string {
  const { longKeysAreExplicit } = graph.lockfile;
  const blocks = entries.map((entry) => {
    const used = usedDescriptors(graph, entry, reached);
    return {
      key: used.join(', '),
      text: entryText(entry, used, bodyOf(graph, entry, scope), longKeysAreExplicit),
    };
  });
  blocks.sort((a, b) => (a.key < b.key ? -1 : 1));
  return headerOf(graph, entries) + blocks.map((block) => block.text).join('\n');
}

/** Up to Yarn 3, `cacheKey` is there only where an entry has a checksum. */
function headerOf({ lockfile }: BerryGraph, entries: readonly LockfileEntry[]): string {
  if (lockfile.metadataVersion >= 7) return lockfile.header;
  const checked = entries.some(({ body }) => body.includes('\n  checksum: '));
  return checked ? lockfile.header : lockfile.header.replace(/^ {2}cacheKey: .*\n/m, '');
}

function bodyOf(graph: BerryGraph, entry: LockfileEntry, scope: SliceScope): string {
  const workspace = graph.workspaceOf(entry);
  if (workspace === null) return entry.body;
  const { bodies } = knownWorkspaces(graph, scope);
  const dependencies = () => workspaceDependencies(workspace, scope, 'berry');
  const body =
    bodies.get(workspace) ??
    workspaceBody(entry, graph.packageOf(entry), dependencies(), graph.lockfile.metadataVersion);
  bodies.set(workspace, body);
  return body;
}

function digest(graph: BerryGraph, reached: Reached, scope: SliceScope): string {
  const digests = reached.entries.map((entry) => {
    const isWorkspace = graph.workspaceOf(entry) !== null;
    const used = usedDescriptors(graph, entry, reached);
    return !isWorkspace && used.length === entry.descriptors.length
      ? graph.digestOf(entry)
      : entryDigest(used, bodyOf(graph, entry, scope));
  });
  return createHash('sha256').update(graph.lockfile.header).update(digests.join('\n')).digest('hex');
}

function packages(graph: BerryGraph, entries: readonly LockfileEntry[]): Map<string, string[]> {
  const versions = new Map<string, Set<string>>();
  for (const entry of entries) {
    if (graph.workspaceOf(entry) !== null) continue;
    const { name, reference } = graph.packageOf(entry);
    const version = field(entry.body, 'version') ?? '0.0.0';
    const known = versions.get(name) ?? new Set();
    versions.set(name, known.add(reference.startsWith('npm:') ? version : `${version} (${reference})`));
  }
  return new Map(
    [...versions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, found]) => [name, [...found].sort()]),
  );
}

/** Breadth first, so the shortest way; by names. */
function pathTo(
  project: Project,
  graph: BerryGraph,
  scope: SliceScope,
  packageName: string,
): string[] | null {
  const cameFrom = new Map<LockfileEntry, LockfileEntry | null>();
  const starts = [...scope.roots.map((name) => project.workspaces.get(name)), project.root];
  const queue: LockfileEntry[] = [];
  const enqueue = (entry: LockfileEntry, parent: LockfileEntry | null) => {
    if (cameFrom.has(entry)) return;
    cameFrom.set(entry, parent);
    queue.push(entry);
  };
  for (const start of starts) {
    if (start !== undefined) enqueue(graph.entryOf(anchorOf(graph, start)), null);
  }
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
    if (graph.packageOf(entry).name === packageName && graph.workspaceOf(entry) === null) {
      return trail(graph, entry, cameFrom);
    }
    const workspace = graph.workspaceOf(entry);
    const next =
      workspace === null ? graph.dependenciesOf(entry) : workspaceEdges(project, graph, workspace, scope);
    for (const descriptor of next) enqueue(graph.entryOf(descriptor), entry);
  }
  return null;
}

function trail(
  graph: BerryGraph,
  end: LockfileEntry,
  cameFrom: ReadonlyMap<LockfileEntry, LockfileEntry | null>,
): string[] {
  const names: string[] = [];
  for (let entry: LockfileEntry | null = end; entry !== null; entry = cameFrom.get(entry) ?? null) {
    names.unshift(graph.packageOf(entry).name);
  }
  return names;
}
