/** Keys and list positions from the document's root; `|` steps into YAML that a block scalar holds. */
export type KeyPath = readonly (string | number)[];

/** Where a scalar's own bytes stand in the file, anchors and `!!tags` left out. Offsets in UTF-16 units. */
export interface ScalarPlace {
  start: number;
  end: number;
  style: 'plain' | 'single' | 'double' | 'block' | 'empty';
  /** From 1. */
  line: number;
}

export interface YamlScalar {
  kind: 'scalar';
  path: KeyPath;
  /** As written where it is plain (`1.10`), else its content. */
  text: string;
  value: unknown;
  place: ScalarPlace;
  /** False where an alias or a merge leads here from elsewhere. */
  ownPlace: boolean;
  /** Documents inside a `values: |`. */
  embedded?: readonly YamlTree[];
  /** Why the YAML inside could not be read. */
  embeddedProblem?: string;
}

export interface YamlMap {
  kind: 'map';
  path: KeyPath;
  entries: ReadonlyMap<string, YamlTree>;
}

interface YamlList {
  kind: 'list';
  path: KeyPath;
  items: readonly YamlTree[];
}

/** A document with aliases followed and places kept: what the finders look at. */
export type YamlTree = YamlMap | YamlList | YamlScalar;

/** A map's values, its own and those that `<<` merges into it; what is its own wins. */
export function effectiveEntries(map: YamlMap): ReadonlyMap<string, YamlTree> {
  const merged = map.entries.get('<<');
  if (merged === undefined) return map.entries;
  const sources = merged.kind === 'list' ? [...merged.items].reverse() : [merged];
  const inherited = sources.flatMap((source) => (source.kind === 'map' ? [...effectiveEntries(source)] : []));
  return new Map([...inherited, ...[...map.entries].filter(([key]) => key !== '<<')]);
}

/** A map's value, its own or merged into it. */
export function lookUp(map: YamlMap, key: string): YamlTree | undefined {
  return map.entries.get(key) ?? effectiveEntries(map).get(key);
}

/** The text of a non-empty string scalar. */
export function lookUpText(map: YamlMap, key: string): string | undefined {
  const found = lookUp(map, key);
  return found?.kind === 'scalar' && typeof found.value === 'string' && found.value !== ''
    ? found.value
    : undefined;
}

/** Every tree below and including this one, embedded documents too. */
export function* everyTree(tree: YamlTree): Generator<YamlTree> {
  yield tree;
  if (tree.kind === 'map') for (const child of tree.entries.values()) yield* everyTree(child);
  else if (tree.kind === 'list') for (const child of tree.items) yield* everyTree(child);
  else for (const child of tree.embedded ?? []) yield* everyTree(child);
}

/** Scalars by key path, for comparing two states of a file. A block that holds YAML is its scalars. */
export function leavesOf(trees: readonly YamlTree[]): Map<string, YamlScalar> {
  const leaves = new Map<string, YamlScalar>();
  for (const tree of trees) {
    for (const found of everyTree(tree)) {
      if (found.kind === 'scalar' && !found.embedded) leaves.set(JSON.stringify(found.path), found);
    }
  }
  return leaves;
}

/** For people: `spec.template.containers[0].image`; the document's number only where there are several. */
export function showPath(path: KeyPath): string {
  return path
    .slice(1)
    .map((key) => (typeof key === 'number' ? `[${key}]` : key === '|' ? '' : `.${showKey(key)}`))
    .join('')
    .replace(/^\./, '');
}

function showKey(key: string): string {
  return /[.[\]]/.test(key) ? JSON.stringify(key) : key;
}
