import { groupedBy } from '../groupedBy.ts';
import { oncePer } from '../oncePer.ts';
import type {
  ContextContents,
  ContextEntry,
  ContextLayerName,
  ContextPart,
} from '../workspace/contextContents.ts';
import type { ServiceSide } from './serviceSide.ts';
import { entriesAt, folderOf } from './sidePaths.ts';

/** A path in the repo, and what two images of a service are made of there; a file may stand in several layers. */
export interface DifferingPath {
  path: string;
  before: readonly ContextEntry[];
  after: readonly ContextEntry[];
}

/**
 * Where two sides of a service differ, sorted by path; but for the lockfile: what of a slice differs is told by its
 * packages.
 */
export function differingPaths(before: ServiceSide, after: ServiceSide): DifferingPath[] {
  return [...candidatePaths(before, after)]
    .sort()
    .map((path) => ({
      path,
      before: entriesAt(before.contents, path),
      after: entriesAt(after.contents, path),
    }))
    .filter((at) => !sameEntries(at.before, at.after));
}

/** Paths in the repo, among them all at which the sides differ: what one part lost may stand in another. */
function candidatePaths({ contents: before }: ServiceSide, { contents: after }: ServiceSide): Set<string> {
  const names = new Set([...before.layers, ...after.layers].map(({ name }) => name));
  const paths = [...names].flatMap((name) => {
    const [old, young] = [partsOf(before, name), partsOf(after, name)];
    if (before.shape === after.shape) return pathsBetween(old, young);
    return [...pathsBetween(old, noParts), ...pathsBetween(noParts, young)];
  });
  return new Set(paths);
}

/** The parts of a layer but for the lockfile, and the folder in the repo that their paths start from. */
interface LayerParts {
  folder: string;
  parts: readonly ContextPart[];
}

const noParts: LayerParts = { folder: '', parts: [] };

function partsOf(contents: ContextContents, name: ContextLayerName): LayerParts {
  const layer = contents.layers.find((each) => each.name === name);
  if (layer === undefined) return noParts;
  const parts = layer.parts.filter(({ folder }) => folder !== 'yarn.lock');
  return { folder: folderOf(layer, contents), parts };
}

/** Paths in the repo, among them all that two layers have otherwise. */
function pathsBetween(before: LayerParts, after: LayerParts): string[] {
  const old = unshared(before.parts, after.parts);
  const young = unshared(after.parts, before.parts);
  const below = ({ folder }: LayerParts, paths: readonly string[]) => paths.map((path) => folder + path);
  // The service moved with its folder: no path stands on both sides.
  if (before.folder !== after.folder)
    return [...below(before, old.flatMap(pathsOf)), ...below(after, young.flatMap(pathsOf))];
  return below(before, pathsOfPairs(old, young));
}

/** Parts of the same folder are compared with each other: one that is alone holds nothing that the other side has. */
function pathsOfPairs(before: readonly ContextPart[], after: readonly ContextPart[]): string[] {
  const byFolder = groupedBy(after, ({ folder }) => folder);
  const pairs = before.map((part) => [part, byFolder.get(part.folder)?.shift() ?? nothing] as const);
  const left = [...byFolder.values()].flat();
  return [...pairs.flatMap(([part, other]) => pathsFrom(part)(other)), ...left.flatMap(pathsOf)];
}

const nothing: ContextPart = { key: '', folder: '', entries: () => [], entry: () => undefined };

/** Parts that the others do not have; the same ones are known without a look at what is in them. */
function unshared(parts: readonly ContextPart[], others: readonly ContextPart[]): ContextPart[] {
  const mine = new Set(parts);
  const theirs = new Set(others);
  const apart = parts.filter((part) => !theirs.has(part));
  if (apart.length === 0) return apart;
  const keys = new Set(others.filter((part) => !mine.has(part)).map(({ key }) => key));
  return apart.filter(({ key }) => !keys.has(key));
}

/** Where a part differs from another: many services have the same two. */
const pathsFrom = oncePer((before: ContextPart) =>
  oncePer((after: ContextPart) =>
    [
      ...before.entries().filter((entry) => !isSame(entry, after.entry(entry.path))),
      ...after.entries().filter(({ path }) => before.entry(path) === undefined),
    ].map(({ path }) => path),
  ),
);

function pathsOf(part: ContextPart): string[] {
  return part.entries().map(({ path }) => path);
}

function sameEntries(a: readonly ContextEntry[], b: readonly ContextEntry[]): boolean {
  return a.length === b.length && a.every((entry, index) => isSame(entry, b[index]));
}

function isSame(a: ContextEntry, b: ContextEntry | undefined): boolean {
  if (a.mode !== b?.mode) return false;
  if ('oid' in a.from) return 'oid' in b.from && a.from.oid === b.from.oid;
  if ('oid' in b.from) return false;
  const [before, after] = [a.from, b.from];
  return before.identity !== undefined && after.identity !== undefined
    ? before.identity() === after.identity()
    : before.content().equals(after.content());
}
