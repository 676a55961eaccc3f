import { berryGraph } from '../workspace/lockfile/berryGraph.ts';
import type { LockfileEntry } from '../workspace/lockfile/parseBerryLockfile.ts';
import { workspaceDependencies } from '../workspace/lockfile/workspaceDependencies.ts';
import type { Project, Workspace } from '../workspace/project.ts';

/**
 * Workspaces that reach an entry of `yarn.lock` that another version of it does not have word for word: the
 * only ones whose slice can differ. Null: every one (the header differs, or Yarn Classic keeps the lockfile).
 * `ignored`: root devDependencies that are in nobody's slice.
 */
export function lockfileReach(
  project: Project,
  before: string,
  ignored: (packageName: string) => boolean,
): Set<Workspace> | null {
  if (project.yarn.family === 'classic') return null;
  const graph = berryGraph(project);
  const { header, entries } = graph.lockfile;
  if (!before.replaceAll('\r\n', '\n').startsWith(header)) return null;
  const known = new Set(
    before
      .replaceAll('\r\n', '\n')
      .split('\n\n')
      .map((entry) => entry.trimEnd()),
  );
  const edited = entries.filter(({ keyText, body }) => !known.has(`${keyText}\n${body}`.trimEnd()));
  const dependents = dependentsByEntry(project, ignored);
  const reached = new Set<LockfileEntry>(edited);
  for (const entry of reached) {
    for (const dependent of dependents.get(entry) ?? []) reached.add(dependent);
  }
  return new Set([...reached].flatMap((entry) => graph.workspaceOf(entry) ?? []));
}

function dependentsByEntry(
  project: Project,
  ignored: (packageName: string) => boolean,
): Map<LockfileEntry, LockfileEntry[]> {
  const graph = berryGraph(project);
  const dependents = new Map<LockfileEntry, LockfileEntry[]>();
  const addEdge = (from: LockfileEntry, descriptor: number) => {
    const to = graph.entryOf(descriptor);
    const known = dependents.get(to);
    if (known === undefined) dependents.set(to, [from]);
    else known.push(from);
    const source = graph.patchSourceOf(descriptor);
    if (source !== -1) addEdge(from, source);
  };
  for (const entry of graph.lockfile.entries) {
    const workspace = graph.workspaceOf(entry);
    const edges =
      workspace === null ? graph.dependenciesOf(entry) : workspaceEdges(project, workspace, ignored);
    for (const descriptor of edges) addEdge(entry, descriptor);
  }
  return dependents;
}

/** What is not resolved is complained about when the service is described. */
function workspaceEdges(
  project: Project,
  workspace: Workspace,
  ignored: (packageName: string) => boolean,
): number[] {
  const graph = berryGraph(project);
  const parent = { name: workspace.name, reference: `workspace:${workspace.path || '.'}` };
  const dependencies = workspaceDependencies(workspace, { development: true, ignored }, 'berry');
  return [...dependencies].flatMap(([name, range]) => graph.resolve(parent, name, range) ?? []);
}
