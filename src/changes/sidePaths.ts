import { oncePer } from '../oncePer.ts';
import type {
  ContextContents,
  ContextEntry,
  ContextLayer,
  ContextPart,
} from '../workspace/contextContents.ts';
import { shortList } from './pathsAmong.ts';
import type { ServiceView } from './serviceView.ts';
import { workspaceOwner } from './workspaceOwner.ts';

type Described = { contents: ContextContents } & Pick<ServiceView, 'project' | 'folders' | 'apart'>;

/** The paths of a service whose context is described. */
export function describedPaths(side: Described): Pick<ServiceView, 'holds' | 'heldAmong' | 'installedAmong'> {
  const { layers } = side.contents;
  return {
    holds: (path) => holds(side, path, layers),
    heldAmong: (paths) => heldPaths(side, paths, layers),
    installedAmong: (paths) => heldPaths(side, paths, installLayers(layers)),
  };
}

/** Paths in the repo that are in the image by themselves. */
export function pathsApart(contents: ContextContents): Set<string> {
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

/** What the image is made of at a path in the repo; a file may stand in several layers. */
export function entriesAt(contents: ContextContents, path: string): ContextEntry[] {
  return contents.layers.flatMap((layer) => entryAt(layer, contents, path) ?? []);
}

/** The folder in the repo that a layer's paths start from: only the sources of a service's own folder leave it out. */
export function folderOf({ prefix }: ContextLayer, { shape, service }: ContextContents): string {
  return shape === 'service' && prefix === '' && service.path !== '' ? `${service.path}/` : '';
}

function holds(side: Described, path: string, layers: readonly ContextLayer[]): boolean {
  return mayHold(side, path) && layers.some((layer) => entryAt(layer, side.contents, path) !== undefined);
}

/** Whether a path belongs to a workspace that the image holds files of, or is in the image by itself. */
function mayHold({ project, folders, apart }: Described, path: string): boolean {
  if (apart.has(path)) return true;
  const workspace = workspaceOwner(project)(path);
  return workspace !== null && folders.has(workspace.path);
}

/** A long list is looked through for each part of a context, which many services share, and not path by path. */
function heldPaths(side: Described, paths: readonly string[], layers: readonly ContextLayer[]): string[] {
  if (paths.length <= shortList) return paths.filter((path) => holds(side, path, layers));
  const lists = layers.flatMap((layer) =>
    layer.parts.map((part) => pathsInPart(part, folderOf(layer, side.contents), paths)),
  );
  return [...new Set(lists.flat())];
}

/** A list, and what was found of it in parts. */
interface Searched {
  paths: ReadonlySet<string>;
  found: WeakMap<ContextPart, readonly string[]>;
}

const searchIn = oncePer(
  (list: readonly string[]): Searched => ({ paths: new Set(list), found: new WeakMap() }),
);

/** Those of a list's paths that a part holds, whose own paths start from a folder. */
function pathsInPart(part: ContextPart, folder: string, list: readonly string[]): readonly string[] {
  const { paths, found } = searchIn(list);
  const known = found.get(part);
  if (known !== undefined) return known;
  const held = part.entries().flatMap(({ path }) => (paths.has(folder + path) ? [folder + path] : []));
  found.set(part, held);
  return held;
}

function installLayers(layers: readonly ContextLayer[]): ContextLayer[] {
  return layers.filter(({ name }) => name === 'manifests' || name === 'production');
}

function entryAt(layer: ContextLayer, contents: ContextContents, path: string): ContextEntry | undefined {
  const folder = folderOf(layer, contents);
  return path.startsWith(folder) ? layer.entry(path.slice(folder.length)) : undefined;
}
