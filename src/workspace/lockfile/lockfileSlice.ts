import type { ShownPackage } from './shownPackages.ts';

/** What a lockfile says once it is pruned to some workspaces. */
export interface LockfileSlice {
  /** Names of the workspaces in the slice, the root's included; sorted. */
  workspaces: readonly string[];
  /** Workspaces whose version takes part in resolving a range (`^1.0.0`, `workspace:^1.0.0`), so that it must stay. */
  versioned: ReadonlySet<string>;
  /** SHA-256 in hex over the slice's meaning; made without its text. */
  digest(): string;
  /** The pruned lockfile, as Yarn would write it. */
  text(): string;
  /** Third-party packages, in no order. */
  packages(): readonly ShownPackage[];
  /** Packages whose files may stand in the repo: `patch:`, `file:`, `portal:`, `link:`. */
  localPackages(): readonly LocalPackage[];
  /** The resolved locators (`lodash@npm:4.17.21`; under Yarn 1 where the package was found), for archives. */
  locators(): readonly { name: string; reference: string; checksum: string | null }[];
}

/** A package of the repo's own files that is no workspace. */
export interface LocalPackage {
  name: string;
  /** `portal:../vendor/local::locator=…`. */
  reference: string;
  /** As the lockfile lists them. */
  dependencies: readonly (readonly [name: string, range: string])[];
  /** What the lockfile says beside. Null under Yarn 1, which repeats no manifest. */
  body: string | null;
}

/** Where a slice begins, and which dependencies of a workspace count in it. */
export interface SliceScope extends DependencyScope {
  /** Names of the workspaces to start from, beside the root. */
  roots: readonly string[];
}

/** Which dependencies of a workspace count. */
export interface DependencyScope {
  /** True: devDependencies count, except ignored ones. */
  development: boolean;
  /** Whether a devDependency is left out. */
  ignored: (packageName: string) => boolean;
}
