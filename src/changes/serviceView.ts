import type { ContextContents } from '../workspace/contextContents.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { ServicePackages } from './servicePackages.ts';

/** One service in one tree of the monorepo, as far as paths are concerned. */
export interface ServiceView {
  project: Project;
  service: Service;
  /** The file that its Dockerfile is made from; null: built in. */
  dockerfile: string | null;
  shape: ContextContents['shape'];
  packages: ServicePackages;
  /** Folders of the workspaces that it needs to run and, where anything may be built, for that. */
  readonly folders: ReadonlySet<string>;
  /** Paths in the repo that may be in the image by themselves, not with a workspace's folder. */
  readonly apart: ReadonlySet<string>;
  /** Whether the image is made of what stands at a path in the repo; asked of every path that a commit touched. */
  holds(path: string): boolean;
  /** Those of a list's paths that it is made of. */
  heldAmong(paths: readonly string[]): string[];
  /** Those that an install reads. */
  installedAmong(paths: readonly string[]): string[];
}
