import { packageExtensions as builtin } from '@yarnpkg/extensions';
import semver from 'semver';
import type { Project } from '../project.ts';

/** Dependencies that extensions add to a package: name and range. The version is read only where it matters. */
export type PackageExtensions = (
  packageName: string,
  version: () => string,
) => readonly (readonly [name: string, range: string])[];

interface Extension {
  /** Versions of the package that it extends. */
  range: string;
  dependencies: readonly [name: string, range: string][];
}

/**
 * The project's own `packageExtensions` and, after them, those that every Yarn 2–4 has built in (plugin-compat).
 * The list grows with Yarn's versions: what an older one does not add is not in its lockfile.
 */
export function packageExtensions(project: Project): PackageExtensions {
  const byName = new Map<string, Extension[]>();
  const all = [...Object.entries(project.settings.packageExtensions ?? {}), ...builtin];
  for (const [selector, extension] of all) {
    const dependencies = Object.entries(extension?.dependencies ?? {}) as [string, string][];
    if (dependencies.length === 0) continue;
    const at = selector.indexOf('@', 1);
    const name = at === -1 ? selector : selector.slice(0, at);
    const range = at === -1 ? '*' : selector.slice(at + 1);
    byName.set(name, [...(byName.get(name) ?? []), { range, dependencies }]);
  }
  return (name, version) =>
    byName
      .get(name)
      ?.filter(({ range }) => semver.satisfies(version(), range, { includePrerelease: true }))
      .flatMap(({ dependencies }) => dependencies) ?? [];
}
