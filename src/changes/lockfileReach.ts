import { once } from '../once.ts';
import { reachable } from '../reachable.ts';
import { type BerryGraph, berryGraph } from '../workspace/lockfile/berryGraph.ts';
import type { DependencyScope } from '../workspace/lockfile/lockfileSlice.ts';
import { type LockfileEntry, parsePackage } from '../workspace/lockfile/parseBerryLockfile.ts';
import { workspaceDependencies } from '../workspace/lockfile/workspaceDependencies.ts';
import { resolvedEdges } from '../workspace/lockfile/workspaceEdges.ts';
import { workspaceBody } from '../workspace/lockfile/writeBerryEntry.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { lockfileDependents } from './lockfileDependents.ts';
import { bodiesBefore, type OtherLockfile, readOther } from './lockfileMatch.ts';
import { type VersionEdits, versionEdits } from './versionEdits.ts';
import { widestScope } from './widestScope.ts';

/** Whom edits of `yarn.lock` reach. */
export interface LockfileReach {
  /** The only workspaces whose slice can differ: they reach an entry that the other version does not have word for word. */
  workspaces: ReadonlySet<Workspace>;
  /** Those that the other version says something else of. */
  edited: readonly Workspace[];
  /** Those that certainly take what the other version has nowhere, to run. */
  certain: ReadonlySet<Workspace>;
  /** The edits, where they say by themselves what they mean for a slice. */
  versions(): VersionEdits | null;
}

/**
 * Whom the edits of `yarn.lock` reach since another tree. Null: everyone (the header differs, or Yarn Classic keeps the
 * lockfile).
 */
export async function reachOfEdits(
  { project, services }: { project: Project; services: readonly Service[] },
  since: Snapshot,
): Promise<LockfileReach | null> {
  if (project.yarn.family === 'classic') return null;
  const graph = berryGraph(project);
  const scope = await widestScope(project, services);
  const text = (await since.read('yarn.lock'))?.toString('utf8') ?? '';
  const other = readOther(text, graph.lockfile.header);
  if (other === null) return null;
  const edits = editsOf(graph, other, scope);
  const { needing } = lockfileDependents(project, graph, scope);
  const reached = reachable(edits.edited, needing);
  const taken = reachable(edits.fresh, (entry) =>
    needing(entry).filter((dependent) => graph.workspaceOf(dependent) === null),
  );
  const workspacesAmong = (entries: Iterable<LockfileEntry>) =>
    [...entries].flatMap((entry) => graph.workspaceOf(entry) ?? []);
  const workspaces = workspacesAmong(reached);
  const certain = workspaces.filter((workspace) =>
    resolvedEdges(project, graph, workspace, { ...scope, development: false }).some((descriptor) =>
      taken.has(graph.entryOf(descriptor)),
    ),
  );
  // Names are told without.
  const versions = once(() => versionEdits(project, graph, edits.edited, other));
  return {
    workspaces: new Set(workspaces),
    edited: workspacesAmong(edits.edited),
    certain: new Set(certain),
    versions,
  };
}

interface Edits {
  /** Entries that the other version does not have word for word, where somebody may have another one than before. */
  edited: LockfileEntry[];
  /** Third-party packages among them that it has nowhere: what only came to be asked for by another range keeps its body. */
  fresh: LockfileEntry[];
}

function editsOf(graph: BerryGraph, other: OtherLockfile, scope: DependencyScope): Edits {
  const edited = graph.lockfile.entries.filter((entry) => {
    const old = other.byKey.get(entry.keyText);
    if (old === entry.body.trimEnd()) return false;
    return old === undefined ? !isOnlyAskedAnew(entry, other) : !isSameInSlices(graph, entry, old, scope);
  });
  const bodiesAnywhere = new Set(other.byKey.values());
  const fresh = edited.filter(
    (entry) => graph.workspaceOf(entry) === null && !bodiesAnywhere.has(entry.body.trimEnd()),
  );
  return { edited, fresh };
}

/**
 * Whether all that other ranges lead to an entry, or some do no more: who asks by the same one as before has the same, and
 * who asks by another one is edited as well.
 */
function isOnlyAskedAnew(entry: LockfileEntry, other: OtherLockfile): boolean {
  const [body, ...others] = bodiesBefore(entry, other);
  return body === entry.body.trimEnd() && others.length === 0;
}

/**
 * Whether slices show nothing of an edit: of a workspace's dependencies they list those that count in their scope. What
 * else they would list is a matter of its manifest.
 */
function isSameInSlices(
  graph: BerryGraph,
  entry: LockfileEntry,
  before: string,
  scope: DependencyScope,
): boolean {
  const workspace = graph.workspaceOf(entry);
  if (workspace === null) return false;
  const counting = workspaceDependencies(workspace, scope, 'berry');
  const inSlices = (at: LockfileEntry) => {
    const found = parsePackage(at);
    const listed = found.dependencies.filter(([name]) => counting.has(name));
    return workspaceBody(at, found, new Map(listed), graph.lockfile.metadataVersion);
  };
  return inSlices(entry) === inSlices({ ...entry, body: `${before}\n` });
}
