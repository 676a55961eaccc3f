import { hash } from 'node:crypto';
import { once } from '../../once.ts';
import type { Project } from '../project.ts';
import { type BerryGraph, berryGraph, complete } from './berryGraph.ts';
import type { LockfileSlice, SliceScope } from './lockfileSlice.ts';
import { extendedByVersion } from './packageExtensions.ts';
import { field, type LockfileEntry } from './parseBerryLockfile.ts';
import { shownIn } from './shownPackages.ts';
import { fitsAnyVersion, type SliceMember, sliceMembers } from './sliceMembers.ts';
import { bodyOf, workspaceEdges } from './workspaceEdges.ts';
import { entryText } from './writeBerryEntry.ts';

/** Each package that workspaces lead to. */
interface Reached {
  /** By descriptor number: 1 where reached. */
  descriptors: Uint8Array;
  /** In the lockfile's order. */
  entries: readonly LockfileEntry[];
}

/**
 * Prunes a Yarn 2–4 lockfile to what some workspaces need, to the byte as Yarn would: the same walk over
 * descriptors that `Project#resolveEverything` makes, with keys reduced to the descriptors still in use
 * (`Project#generateLockfile`). Rejects where manifests and lockfile disagree.
 */
export function sliceBerryLockfile(project: Project, scope: SliceScope): LockfileSlice {
  const graph = berryGraph(project);
  const members = sliceMembers(project, graph, scope);
  const named = new Set(members.flatMap((member) => member.named));
  const reached = once(() => walk(graph, members, project, scope));
  return {
    workspaces: members.map(({ workspace }) => workspace.name).sort(),
    versioned: versioned(project, graph, members, named),
    digest: once(() => digest(graph, members, named)),
    text: () => text(graph, reached(), scope),
    packages: once(() => shownIn(graph, reached().entries)),
    locators: once(() =>
      reached()
        .entries.filter((entry) => graph.workspaceOf(entry) === null)
        .map((entry) => locatorOf(graph, entry)),
    ),
    localPackages: once(() => {
      const local = new Set(members.flatMap((member) => member.local()));
      return [...local]
        .sort((a, b) => a.index - b.index)
        .map((entry) => ({ ...graph.packageOf(entry), body: entry.body }));
    }),
  };
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

function walk(
  graph: BerryGraph,
  members: readonly SliceMember[],
  project: Project,
  scope: SliceScope,
): Reached {
  const descriptors = new Uint8Array(graph.descriptorCount);
  const entered = new Uint8Array(graph.lockfile.entries.length);
  const pending: number[] = [];
  const visit = (descriptor: number) => {
    if (descriptors[descriptor] === 1) return;
    descriptors[descriptor] = 1;
    pending.push(descriptor);
  };
  for (const { workspace } of members) {
    for (const descriptor of workspaceEdges(project, graph, workspace, scope)) visit(descriptor);
  }
  for (let descriptor = pending.pop(); descriptor !== undefined; descriptor = pending.pop()) {
    const entry = graph.entryOf(descriptor);
    const source = graph.patchSourceOf(descriptor);
    if (source !== -1) visit(source);
    if (entered[entry.index] === 1) continue;
    entered[entry.index] = 1;
    if (graph.workspaceOf(entry) !== null) continue;
    for (const next of complete(graph.dependenciesOf(entry))) visit(next);
  }
  return { descriptors, entries: graph.lockfile.entries.filter(({ index }) => entered[index] === 1) };
}

/** Of an entry's descriptors those in use. */
function usedDescriptors(
  graph: BerryGraph,
  entry: LockfileEntry,
  isUsed: (descriptor: number) => boolean,
): readonly string[] {
  if (entry.descriptors.length === 1) return entry.descriptors;
  const first = graph.firstDescriptor[entry.index] as number;
  return entry.descriptors.filter((_, index) => isUsed(first + index));
}

function versioned(
  project: Project,
  graph: BerryGraph,
  members: readonly SliceMember[],
  named: ReadonlySet<number>,
): Set<string> {
  const names = extendedByVersion(project);
  for (const { workspace, entry, isAnyVersion } of members) {
    if (isAnyVersion) continue;
    const used = usedDescriptors(graph, entry, (descriptor) => named.has(descriptor));
    if (!used.every((descriptor) => fitsAnyVersion(workspace, descriptor))) names.add(workspace.name);
  }
  return names;
}

function text(graph: BerryGraph, { descriptors, entries }: Reached, scope: SliceScope): string {
  const { longKeysAreExplicit } = graph.lockfile;
  const blocks = entries.map((entry) => {
    const used = usedDescriptors(graph, entry, (descriptor) => descriptors[descriptor] === 1);
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

/** Changes where the text does: a member's digest holds all that it leads to, with the keys in use. */
function digest(graph: BerryGraph, members: readonly SliceMember[], named: ReadonlySet<number>): string {
  const lines = members.map((member) => {
    const used = usedDescriptors(graph, member.entry, (descriptor) => named.has(descriptor));
    return `${used.join(', ')} ${member.digest()}`;
  });
  return hash('sha256', [graph.lockfile.header, ...lines.sort()].join('\n'), 'hex');
}
