import { once } from '../once.ts';
import { type Closure, serviceClosure } from '../workspace/closure.ts';
import type { ContextContents } from '../workspace/contextContents.ts';
import { describeContext } from '../workspace/describeContext.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { packagesOf } from './packagesOf.ts';
import type { ServiceView } from './serviceView.ts';
import { describedPaths, pathsApart } from './sidePaths.ts';

/** One service in one tree of the monorepo, with its context. */
export interface ServiceSide extends ServiceView {
  contents: ContextContents;
  /** What the service needs to run and, where anything may be built, what it needs for that. */
  readonly closures: readonly Closure[];
}

/** Rejects with an input failure where the service could not be built from this tree. */
export async function openSide(project: Project, service: Service): Promise<ServiceSide> {
  const contents = await describeContext(project, service);
  // A Dockerfile of the service's own may build without a build script.
  const builds = contents.layers.some(({ name }) => name === 'manifests');
  const kinds = builds ? (['runtime', 'build'] as const) : (['runtime'] as const);
  const closures = once(() => kinds.map((kind) => serviceClosure(project, service, kind)));
  const packages = once(() => packagesOf(project, service, kinds));
  const folders = once(
    () => new Set(closures().flatMap(({ workspaces }) => workspaces.map(({ path }) => path))),
  );
  const apart = once(() => pathsApart(contents));
  const side = {
    project,
    service,
    contents,
    dockerfile: contents.dockerfile.origin,
    shape: contents.shape,
    get packages() {
      return packages();
    },
    get closures() {
      return closures();
    },
    get folders() {
      return folders();
    },
    get apart() {
      return apart();
    },
  };
  return Object.assign(side, describedPaths(side));
}
