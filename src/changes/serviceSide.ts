import { once } from '../once.ts';
import { type Closure, serviceClosure } from '../workspace/closure.ts';
import type { ContextContents, ContextLayer } from '../workspace/contextContents.ts';
import { describeContext } from '../workspace/describeContext.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';

/** One service in one tree of the monorepo. */
export interface ServiceSide {
  project: Project;
  service: Service;
  contents: ContextContents;
  /** What the service needs to run and, where anything may be built, what it needs for that. */
  closures: readonly Closure[];
  /** Folders of their workspaces. */
  folders: ReadonlySet<string>;
  /** Paths in the repo that are in the image by themselves, not with a workspace's folder. */
  apart: ReadonlySet<string>;
}

/** Rejects with an input failure where the service could not be built from this tree. */
export async function openSide(project: Project, service: Service): Promise<ServiceSide> {
  const contents = await describeContext(project, service);
  // A Dockerfile of the service's own may build without a build script.
  const builds = contents.layers.some(({ name }) => name === 'manifests');
  const kinds = builds ? (['runtime', 'build'] as const) : (['runtime'] as const);
  const closures = once(() => kinds.map((kind) => serviceClosure(project, service, kind)));
  const folders = once(
    () => new Set(closures().flatMap(({ workspaces }) => workspaces.map(({ path }) => path))),
  );
  const apart = once(() => pathsApart(contents));
  return {
    project,
    service,
    contents,
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
}

function pathsApart(contents: ContextContents): Set<string> {
  const paths = new Set<string>();
  for (const layer of contents.layers) {
    const folder = folderOf(layer, contents);
    for (const part of layer.parts) {
      if (part.folder === '') for (const { path } of part.entries()) paths.add(folder + path);
      else if (!part.folder.endsWith('/')) paths.add(folder + part.folder);
    }
  }
  return paths;
}

/** The folder in the repo that a layer's paths start from: only the sources of a service's own folder leave it out. */
export function folderOf({ prefix }: ContextLayer, { shape, service }: ContextContents): string {
  return shape === 'service' && prefix === '' && service.path !== '' ? `${service.path}/` : '';
}
