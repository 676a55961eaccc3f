import type { Snapshot } from './snapshot.ts';

/** What a package.json says, as far as shipyarn reads it. Unknown fields are kept: they may matter to Yarn. */
export interface PackageManifest {
  name?: string;
  version?: string;
  workspaces?: string[] | { packages?: string[] };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  scripts?: Record<string, string>;
  packageManager?: string;
  engines?: Record<string, string>;
  resolutions?: Record<string, string>;
  [field: string]: unknown;
}

export interface Workspace {
  /** Full name: `@acme/api`; where the manifest gives none, the one that Yarn makes up. */
  name: string;
  /** Folder from the root of the repo; `''` for the root workspace. */
  path: string;
  packageManifest: PackageManifest;
  /** Bytes of package.json as committed. */
  manifestBytes: Buffer;
}

export type YarnFamily = 'classic' | 'berry';
export type Linker = 'node-modules' | 'pnp' | 'pnpm';

/** What `.yarnrc.yml` sets for some hosts. */
type NetworkSettings = Pick<
  YarnSettings,
  'httpsCaFilePath' | 'caFilePath' | 'httpsKeyFilePath' | 'httpsCertFilePath'
>;

/** What `.yarnrc.yml` sets, as far as shipyarn reads it. Unknown settings are kept. */
export interface YarnSettings {
  nodeLinker?: string;
  yarnPath?: string;
  cacheFolder?: string;
  enableGlobalCache?: boolean;
  plugins?: (string | { path?: string })[];
  npmRegistryServer?: string;
  httpsCaFilePath?: string;
  caFilePath?: string;
  httpsKeyFilePath?: string;
  httpsCertFilePath?: string;
  networkSettings?: Record<string, NetworkSettings | null>;
  npmRegistries?: Record<string, { npmAuthToken?: string; npmAuthIdent?: string } | null>;
  packageExtensions?: Record<string, { dependencies?: Record<string, string> }>;
  catalog?: Record<string, string>;
  catalogs?: Record<string, Record<string, string>>;
  [setting: string]: unknown;
}

/** One commit's Yarn project. */
export interface Project {
  snapshot: Snapshot;
  root: Workspace;
  /** Every workspace but the root, by name. */
  workspaces: ReadonlyMap<string, Workspace>;
  yarn: {
    family: YarnFamily;
    /** From `packageManager` or the name of the `yarnPath` file; null where neither tells. */
    version: string | null;
    linker: Linker;
    /** Path of the Yarn release that the settings name, or null; whether it is committed shows when it is needed. */
    yarnPath: string | null;
  };
  /** `.yarnrc.yml`; empty where there is none, and under Classic. */
  settings: YarnSettings;
  /** Content of `.yarnrc.yml`, for the lines that errors name. */
  settingsText: string;
  /** Folders that Yarn 1 links (`link:`), by path: their dependencies count, and its lockfile lists none of them. */
  linked: ReadonlyMap<string, Workspace>;
  /** Content of yarn.lock. */
  lockfile: string;
  /**
   * The same for projects with equal manifests and lockfile, and settings by which both are resolved alike: what is
   * computed from these alone (closures, slices) is kept by it, so that two commits between which only sources changed
   * share it.
   */
  structure: object;
}
