import { once } from '../once.ts';
import { type Closure, serviceClosure } from '../workspace/closure.ts';
import type {
  ContextContents,
  ContextEntry,
  ContextLayer,
  ContextPart,
} from '../workspace/contextContents.ts';
import { describeContext } from '../workspace/describeContext.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { workspaceOwner } from './workspaceOwner.ts';

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
  const apart = once(() => new Set(contents.layers.flatMap((layer) => pathsApart(layer, contents))));
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

/** What the image is made of at a path in the repo; a file may stand in several layers. */
export function entriesAt({ contents }: ServiceSide, path: string): ContextEntry[] {
  return contents.layers.flatMap((layer) => entryAt(layer, contents, path) ?? []);
}

/** Whether the image is made of what stands at a path in the repo; asked of every path that a commit touched. */
export function holds(side: ServiceSide, path: string): boolean {
  if (side.apart.has(path)) return true;
  const workspace = workspaceOwner(side.project)(path);
  return workspace !== null && side.folders.has(workspace.path) && entriesAt(side, path).length > 0;
}

function pathsApart(layer: ContextLayer, contents: ContextContents): string[] {
  const folder = folderOf(layer, contents);
  const single = layer.parts.filter((part) => !part.folder.endsWith('/'));
  return single.flatMap((part) =>
    part.folder === '' ? part.entries().map(({ path }) => folder + path) : folder + part.folder,
  );
}

/** Whether the install of a slice takes the file at a path in the repo. */
export function installs({ contents }: ServiceSide, path: string): boolean {
  const layers = contents.layers.filter(({ name }) => name === 'manifests' || name === 'production');
  return layers.some((layer) => entryAt(layer, contents, path) !== undefined);
}

function entryAt(layer: ContextLayer, contents: ContextContents, path: string): ContextEntry | undefined {
  const folder = folderOf(layer, contents);
  return path.startsWith(folder) ? layer.entry(path.slice(folder.length)) : undefined;
}

/** Paths in the repo of those files of a side that are not in a part which the other side has as well. */
export function pathsBeyond({ contents }: ServiceSide, { contents: others }: ServiceSide): string[] {
  const isSameShape = contents.shape === others.shape;
  return contents.layers.flatMap((layer) => {
    const other = isSameShape ? others.layers.find(({ name }) => name === layer.name) : undefined;
    const folder = folderOf(layer, contents);
    return partsBeyond(layer.parts, other?.parts ?? []).flatMap((part) =>
      part.entries().map(({ path }) => folder + path),
    );
  });
}

/** Parts that differ from the others'; the same ones are known without a look at what is in them. */
function partsBeyond(parts: readonly ContextPart[], others: readonly ContextPart[]): ContextPart[] {
  const mine = new Set(parts);
  const theirs = new Set(others);
  const unshared = parts.filter((part) => !theirs.has(part));
  const keys = new Set(others.filter((part) => !mine.has(part)).map(({ key }) => key));
  return unshared.filter(({ key }) => !keys.has(key));
}

/** The folder in the repo that a layer's paths start from: only the sources of a service's own folder leave it out. */
function folderOf({ prefix }: ContextLayer, { shape, service }: ContextContents): string {
  return shape === 'service' && prefix === '' && service.path !== '' ? `${service.path}/` : '';
}
