import { oncePer } from '../oncePer.ts';
import type {
  ContextContents,
  ContextEntry,
  ContextLayer,
  ContextPart,
} from '../workspace/contextContents.ts';
import { shortList } from './pathsAmong.ts';
import { folderOf, type ServiceSide } from './serviceSide.ts';
import { workspaceOwner } from './workspaceOwner.ts';

/** What the image is made of at a path in the repo; a file may stand in several layers. */
export function entriesAt({ contents }: ServiceSide, path: string): ContextEntry[] {
  return contents.layers.flatMap((layer) => entryAt(layer, contents, path) ?? []);
}

/**
 * Whether the image is made of what stands at a path in the repo, or these layers of it; asked of every path that a commit
 * touched.
 */
export function holds(
  side: ServiceSide,
  path: string,
  layers: readonly ContextLayer[] = side.contents.layers,
): boolean {
  return mayHold(side, path) && layers.some((layer) => entryAt(layer, side.contents, path) !== undefined);
}

/** Whether a path belongs to a workspace that the image holds files of, or is in the image by itself. */
function mayHold({ project, folders, apart }: ServiceSide, path: string): boolean {
  if (apart.has(path)) return true;
  const workspace = workspaceOwner(project)(path);
  return workspace !== null && folders.has(workspace.path);
}

/**
 * Those of a list's paths in the repo that the image is made of, or these layers of it. A long list is looked through for
 * each part of a context, which many services share, and not path by path.
 */
export function heldPaths(
  side: ServiceSide,
  paths: readonly string[],
  layers: readonly ContextLayer[] = side.contents.layers,
): string[] {
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

/** Layers that an install reads. */
export function installLayers({ contents }: ServiceSide): ContextLayer[] {
  return contents.layers.filter(({ name }) => name === 'manifests' || name === 'production');
}

function entryAt(layer: ContextLayer, contents: ContextContents, path: string): ContextEntry | undefined {
  const folder = folderOf(layer, contents);
  return path.startsWith(folder) ? layer.entry(path.slice(folder.length)) : undefined;
}
