import { inputFailure } from '../errors.ts';
import { parseImageReference } from './imageReference.ts';
import { readYaml } from './readYaml.ts';
import type { TagSite } from './tagSite.ts';
import { showPath, type YamlTree } from './yamlTree.ts';

/** Where an environment's `targets` says that a service's tag stands. */
export interface Target {
  file: string;
  /** `image.tag`, `spec.containers[0].image`, `containers.api.image` (a list item by its `name`), `["a.b"].tag`. */
  path: string;
}

/**
 * The scalar at a configured path. Rejects with an input failure: `infra-file-unreadable`, `infra-path-missing`,
 * `infra-path-ambiguous`.
 */
export function findTarget({ file, path }: Target, text: string): TagSite {
  const reading = readYaml(text);
  if ('problem' in reading) throw unreadableFile(file, reading.problem);
  const keys = parseKeyPath(path);
  const found = reading.trees.flatMap((tree) => follow(tree, keys));
  const [scalar, second] = found.filter((tree) => tree.kind === 'scalar');
  if (scalar === undefined) throw missing(file, path, found.length > 0);
  if (second !== undefined) throw ambiguous(file, path, [scalar.place.line, second.place.line]);
  const reference = /[/:]/.test(scalar.text) ? parseImageReference(scalar.text) : null;
  return {
    role: reference === null ? 'tag' : 'reference',
    images: reference === null ? [] : [reference.repository],
    scalar,
    found: `configured path \`${showPath(scalar.path)}\``,
  };
}

/** A file that cannot be read as YAML, as a failure. */
export function unreadableFile(file: string, problem: { line: number; message: string }): Error {
  return inputFailure({
    reason: 'infra-file-unreadable',
    message: `The file cannot be read as YAML: ${problem.message.replace(/[.:]$/, '')}.`,
    hint: 'Mend the file, or mark the line of the tag with `# shipyarn: <service>`.',
    at: { file, line: problem.line },
  });
}

function parseKeyPath(path: string): string[] {
  const parts = path.matchAll(/\[(?:"([^"]*)"|'([^']*)'|(\d+))\]|([^.[\]]+)/g);
  return [...parts].map(([, double, single, index, plain]) => double ?? single ?? index ?? plain ?? '');
}

function follow(tree: YamlTree, keys: readonly string[]): YamlTree[] {
  if (tree.kind === 'scalar' && tree.embedded) return tree.embedded.flatMap((inner) => follow(inner, keys));
  const [key, ...rest] = keys;
  if (key === undefined) return [tree];
  if (tree.kind === 'scalar') return [];
  const child = tree.kind === 'map' ? tree.entries.get(key) : itemOf(tree.items, key);
  return child === undefined ? [] : follow(child, rest);
}

function itemOf(items: readonly YamlTree[], key: string): YamlTree | undefined {
  if (/^\d+$/.test(key)) return items[Number(key)];
  return items.find((item) => {
    const name = item.kind === 'map' ? item.entries.get('name') : undefined;
    return name?.kind === 'scalar' && name.text === key;
  });
}

function missing(file: string, path: string, collection: boolean): Error {
  return inputFailure({
    reason: 'infra-path-missing',
    message: collection
      ? `\`${path}\` in ${file} is not a single value.`
      : `There is no \`${path}\` in ${file}.`,
    hint: 'Correct `targets` of the environment in shipyarn.yaml, or add the key to the file.',
    at: { file },
  });
}

function ambiguous(file: string, path: string, lines: readonly number[]): Error {
  return inputFailure({
    reason: 'infra-path-ambiguous',
    message: `\`${path}\` stands more than once in ${file}: in lines ${lines.join(' and ')}.`,
    hint: 'Mark the line that is meant with `# shipyarn: <service>` and leave the target out.',
    at: { file, line: lines[0] ?? 1 },
  });
}
