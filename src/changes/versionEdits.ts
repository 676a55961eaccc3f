import type { BerryGraph } from '../workspace/lockfile/berryGraph.ts';
import { packageExtensions } from '../workspace/lockfile/packageExtensions.ts';
import {
  field,
  type LockfileEntry,
  type LockfilePackage,
  parsePackage,
} from '../workspace/lockfile/parseBerryLockfile.ts';
import type { Project } from '../workspace/project.ts';
import { type ToldPackages, toldPackages } from './changedPackages.ts';
import { matchedBodies, type OtherLockfile } from './lockfileMatch.ts';
import type { ServiceView } from './serviceView.ts';

/**
 * The packages that edits gave other versions, as far as a service's slices hold them, sorted by name. One that several
 * slices hold counts once.
 */
export type VersionEdits = (service: Pick<ServiceView, 'packages'>) => ToldPackages;

/**
 * What edits of a lockfile mean, where they are no more than other versions of packages from the registry, and other ranges
 * by which these are asked for: then every slice consists of the same entries as before. Null: they are more.
 */
export function versionEdits(
  project: Project,
  graph: BerryGraph,
  edited: readonly LockfileEntry[],
  other: OtherLockfile,
): VersionEdits | null {
  const matched = matchedBodies(graph.lockfile.entries, other);
  if (matched === null) return null;
  const needSame = needsComparison(graph, other, matched);
  const extensions = packageExtensions(project);
  const edits = new Map<string, Map<string, string>>();
  for (const entry of edited) {
    const before = `${matched.get(entry)}\n`;
    const [was, is] = [parsePackage({ ...entry, body: before }), graph.packageOf(entry)];
    if (was.name !== is.name || !needSame(was, is)) return null;
    if (graph.workspaceOf(entry) !== null) {
      if (withoutDependencies(before) !== withoutDependencies(entry.body)) return null;
      continue;
    }
    const moved = versionMove(before, entry.body);
    if (moved === null) return null;
    const [added, adds] = moved.map((version) => JSON.stringify(extensions(is.name, () => version)));
    const versions = edits.get(is.name) ?? new Map<string, string>();
    const [from, to] = moved;
    // The same version from two addresses of the registry.
    if (added !== adds || versions.has(to)) return null;
    edits.set(is.name, versions.set(to, from));
  }
  return (service) => changesIn(edits, service);
}

/** Null: not from one version of the registry's to another. */
function versionMove(before: string, after: string): [from: string, to: string] | null {
  const areFromRegistry = [before, after].every((body) =>
    /^@?[^@]+@npm:/.test(field(body, 'resolution') ?? ''),
  );
  const [from, to] = [field(before, 'version') ?? '', field(after, 'version') ?? ''];
  return areFromRegistry && from !== to ? [from, to] : null;
}

/** Whether a package has dependencies of the same names as before, by ranges that lead to the same entries. */
function needsComparison(
  graph: BerryGraph,
  { byDescriptor }: OtherLockfile,
  matched: ReadonlyMap<LockfileEntry, string>,
) {
  const leadToSame = (found: LockfilePackage, name: string, before: string, after: string) => {
    if (before === after) return true;
    const descriptor = graph.resolve(found, name, after);
    const now = descriptor === null ? undefined : matched.get(graph.entryOf(descriptor));
    return now !== undefined && now === byDescriptor().get(descriptorOf(name, before));
  };
  return (was: LockfilePackage, is: LockfilePackage): boolean =>
    was.dependencies.length === is.dependencies.length &&
    was.dependencies.every(([name, before], index) => {
      const [nameNow, range = ''] = is.dependencies[index] ?? [];
      return name === nameNow && leadToSame(is, name, before, range);
    });
}

/** As a key of the lockfile has it. */
function descriptorOf(name: string, range: string): string {
  return `${name}@${range.includes(':') ? '' : 'npm:'}${range}`;
}

function withoutDependencies(body: string): string {
  return body.replace(/\n {2}dependencies:(\n {4}.*)+/, '');
}

/** `edits`: by package its versions that came, each with the one in whose place it came. */
function changesIn(
  edits: ReadonlyMap<string, ReadonlyMap<string, string>>,
  service: Pick<ServiceView, 'packages'>,
): ToldPackages {
  const changes = [...edits.keys()].sort().flatMap((name) => {
    const came = service.packages.versionsOf(name);
    if (came.every((versions) => versions.length === 0)) return [];
    const before = (version: string) => edits.get(name)?.get(version) ?? version;
    const [from, to] = [came.map((versions) => versions.map(before).sort()), came].map((lists) =>
      [...new Set(lists.flat())].join(', '),
    ) as [string, string];
    return from === to ? [] : { name, from, to };
  });
  return toldPackages(changes, ({ name }) => service.packages.wayTo(name));
}
