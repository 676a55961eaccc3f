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
import type { ServiceView } from './serviceView.ts';

/**
 * The packages that edits gave other versions, as far as a service's slices hold them, sorted by name. One that several slices hold
 * counts once.
 */
export type VersionEdits = (service: Pick<ServiceView, 'packages'>) => ToldPackages;

/** An entry, and its body as it was. */
export interface EditedEntry {
  entry: LockfileEntry;
  before: string;
}

/**
 * What edits of a lockfile under unchanged keys mean, where they are no more than other versions of packages from the
 * registry that need what they needed: then every slice consists of the same entries as before. Null: they are more.
 */
export function versionEdits(
  project: Project,
  graph: BerryGraph,
  edited: readonly EditedEntry[],
): VersionEdits | null {
  const extensions = packageExtensions(project);
  const needs = (found: LockfilePackage, version: string) =>
    JSON.stringify([
      found.dependencies,
      found.dependencies.map(([name, range]) => graph.resolve(found, name, range)),
      extensions(found.name, () => version),
    ]);
  const edits = new Map<string, Map<string, string>>();
  for (const { entry, before } of edited) {
    const [was, is] = [parsePackage({ ...entry, body: before }), graph.packageOf(entry)];
    const [from, to] = [field(before, 'version'), field(entry.body, 'version')];
    const isSamePackage =
      was.name === is.name && [was, is].every(({ reference }) => reference.startsWith('npm:'));
    if (!isSamePackage || from === null || to === null || from === to) return null;
    if (needs(was, from) !== needs(is, to)) return null;
    const versions = edits.get(is.name) ?? new Map<string, string>();
    // The same version from two addresses of the registry.
    if (versions.has(to)) return null;
    edits.set(is.name, versions.set(to, from));
  }
  return (service) => changesIn(edits, service);
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
