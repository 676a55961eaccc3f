/** Why a service's image would differ; part of the JSON contract (schema 1). */
type ReasonKind =
  | 'first-release'
  | 'source'
  | 'workspace'
  | 'lockfile'
  | 'root'
  | 'dockerfile'
  | 'config'
  | 'base'
  | 'group';

export interface PackageChange {
  name: string;
  /** Null: not in the slice on that side. Several versions side by side are separated by commas. */
  from: string | null;
  to: string | null;
  /** How the service reaches it: names of workspaces and packages, from the service to the package. */
  via?: string[];
}

/** Why a service's identity differs from the one at its last release. */
export interface Reason {
  kind: ReasonKind;
  /** `workspace`: the dependency whose change reaches the service; `group`: the member that changed; by path. */
  workspace?: string;
  /** `workspace`: from the changed workspace to the service, as paths. */
  via?: string[];
  /** `workspace`: the service has begun or ceased to need it. */
  change?: 'added' | 'dropped';
  /** Files that changed, as paths in the repo; a bounded list. */
  paths?: string[];
  /** Number of files beyond those in `paths`. */
  morePaths?: number;
  /** `lockfile`: third-party packages that changed in the slice; a bounded list. */
  packages?: PackageChange[];
  /** Number of packages beyond those in `packages`. */
  morePackages?: number;
  /** `config`, `base`: what is different, in words. */
  settings?: string[];
}
