import { packageExtensions as builtin } from '@yarnpkg/extensions';
import satisfies from 'semver/functions/satisfies.js';
import { oncePer } from '../../oncePer.ts';
import type { Project } from '../project.ts';

/** A dependency that an extension adds to a package. */
interface AddedDependency {
  name: string;
  range: string;
  /** Whether the project's own settings add it, and not Yarn itself. */
  own: boolean;
}

/** Dependencies that extensions add to a package. The version is read only where it matters. */
export type PackageExtensions = (packageName: string, version: () => string) => readonly AddedDependency[];

interface Extension {
  /** Versions of the package that it extends. */
  range: string;
  dependencies: readonly AddedDependency[];
}

type Selected = readonly [selector: string, extension: { dependencies?: Record<string, string> } | null];

/**
 * The project's own `packageExtensions` and, after them, those that every Yarn 2–4 has built in (plugin-compat).
 * The list grows with Yarn's versions: what an older one does not add is not in its lockfile.
 */
export const packageExtensions: (project: Project) => PackageExtensions = oncePer(readExtensions);

function readExtensions(project: Project): PackageExtensions {
  const byName = new Map<string, Extension[]>();
  const add = ([selector, extension]: Selected, own: boolean) => {
    const added = Object.entries(extension?.dependencies ?? {});
    if (added.length === 0) return;
    const { name, range } = parseSelector(selector);
    const dependencies = added.map(([name, range]) => ({ name, range, own }));
    byName.set(name, [...(byName.get(name) ?? []), { range, dependencies }]);
  };
  for (const selected of Object.entries(project.settings.packageExtensions ?? {})) add(selected, true);
  for (const selected of builtin) add(selected as Selected, false);
  return (name, version) =>
    byName
      .get(name)
      ?.filter(({ range }) => satisfies(version(), range, { includePrerelease: true }))
      .flatMap(({ dependencies }) => dependencies) ?? [];
}

/** Names of packages that the project extends in some versions only: there a workspace's version counts. */
export function extendedByVersion({ settings }: Project): Set<string> {
  const selectors = Object.keys(settings.packageExtensions ?? {}).map(parseSelector);
  return new Set(selectors.filter(({ range }) => range !== '*').map(({ name }) => name));
}

function parseSelector(selector: string): { name: string; range: string } {
  const at = selector.indexOf('@', 1);
  if (at === -1) return { name: selector, range: '*' };
  return { name: selector.slice(0, at), range: selector.slice(at + 1) };
}
