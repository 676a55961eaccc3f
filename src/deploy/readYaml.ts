import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { KeyPath, ScalarPlace, YamlScalar, YamlTree } from './yamlTree.ts';

/** Why a file cannot be read. `line` from 1. */
export interface YamlProblem {
  line: number;
  message: string;
}

export type YamlReading = { trees: readonly YamlTree[] } | { problem: YamlProblem };

/** More values than this come by aliases only where these multiply each other. */
const mostValues = 100_000;

const deepest = 200;

/** Keys whose block scalar holds Helm values: Argo CD's Application, k3s' HelmChart. */
const embeddingKeys = new Set(['values', 'valuesContent']);

/** Reads all documents of a YAML or JSON file; the first error of any of them is the answer otherwise. */
export function readYaml(text: string): YamlReading {
  return readAt(text, {
    prefix: [],
    ownPlace: true,
    offset: (inner) => inner,
    line: 0,
    budget: { left: mostValues },
  });
}

interface Position {
  prefix: KeyPath;
  /** False where an alias led here. */
  ownPlace: boolean;
  /** From an offset in the text to one in the file. */
  offset(inner: number): number;
  /** Lines of the file above the text. */
  line: number;
  budget: { left: number };
}

interface Reader extends Position {
  text: string;
  /** What aliases stand for. */
  targets: ReadonlyMap<Alias, Node>;
  lineOf(offset: number): number;
}

function readAt(text: string, position: Position): YamlReading {
  const lines = new LineCounter();
  // Unique keys are looked for below: the library compares each with all before it.
  const options = { lineCounter: lines, logLevel: 'silent', merge: true, uniqueKeys: false } as const;
  const parsed = parseAllDocuments(text, options);
  const documents = 'empty' in parsed ? [] : parsed;
  const lineOf = (offset: number) => position.line + lines.linePos(offset).line;
  for (const { errors } of documents) {
    const [error] = errors;
    if (error) return { problem: { line: lineOf(error.pos[0]), message: firstLine(error.message) } };
  }
  const surveys = documents.map(survey);
  const [twice] = surveys.flatMap(({ keyTwice }) => keyTwice ?? []);
  if (twice) return { problem: { line: lineOf(twice.range?.[0] ?? 0), message: 'Map keys must be unique' } };
  const trees = surveys.map(({ contents, targets }, index) => {
    const reader: Reader = { ...position, text, targets, lineOf };
    return treeOf(contents, [...position.prefix, index], position.ownPlace, reader);
  });
  if (position.budget.left > 0) return { trees };
  return { problem: { line: position.line + 1, message: 'Its aliases multiply to too many values.' } };
}

interface Survey extends Pick<Document, 'contents'> {
  targets: ReadonlyMap<Alias, Node>;
  /** The first key that its map has already. */
  keyTwice: Node | null;
}

/** An alias stands for the last node before it that has its anchor (YAML 1.2.2, 3.2.2.2). */
function survey(document: Document): Survey {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  let keyTwice: Node | null = null;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchored.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
      if (isMap(node)) keyTwice ??= repeatedKey(node);
    },
  });
  return { contents: document.contents, targets, keyTwice };
}

function repeatedKey({ items }: YAMLMap): Node | null {
  const seen = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) return key;
    seen.add(key.value);
  }
  return null;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

function treeOf(node: unknown, path: KeyPath, ownPlace: boolean, reader: Reader): YamlTree {
  // An anchor inside its own value would never end.
  if (path.length > deepest) reader.budget.left = 0;
  else if (!ownPlace) reader.budget.left -= 1;
  if (reader.budget.left <= 0) return nothing(path);
  if (isAlias(node)) {
    const target = reader.targets.get(node);
    return target === undefined ? nothing(path) : treeOf(target, path, false, reader);
  }
  if (isMap(node)) return mapOf(node, path, ownPlace, reader);
  if (isSeq(node)) {
    return {
      kind: 'list',
      path,
      items: node.items.map((item, index) => treeOf(item, [...path, index], ownPlace, reader)),
    };
  }
  return isScalar(node) ? scalarOf(node, path, ownPlace, reader) : nothing(path);
}

function mapOf(node: YAMLMap, path: KeyPath, ownPlace: boolean, reader: Reader): YamlTree {
  const entries = new Map<string, YamlTree>();
  for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
    const name = isScalar(key) ? String(key.source ?? key.value) : String(key);
    entries.set(name, treeOf(value, [...path, name], ownPlace, reader));
  }
  return { kind: 'map', path, entries };
}

function nothing(path: KeyPath): YamlScalar {
  const place: ScalarPlace = { start: 0, end: 0, style: 'empty', line: 0 };
  return { kind: 'scalar', path, text: '', value: null, place, ownPlace: false };
}

const styles: Record<string, ScalarPlace['style']> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
};

function scalarOf(node: Scalar, path: KeyPath, ownPlace: boolean, reader: Reader): YamlScalar {
  const [start, end] = node.range ?? [0, 0, 0];
  const text = node.type === 'PLAIN' ? (node.source ?? '') : String(node.value ?? '');
  const style = start === end ? 'empty' : (styles[node.type ?? ''] ?? 'plain');
  const inner = style === 'block' ? blockContent(reader.text, start, end, text) : { start, end };
  const scalar: YamlScalar = {
    kind: 'scalar',
    path,
    text,
    value: node.value,
    place: {
      start: reader.offset(inner.start),
      end: reader.offset(inner.end),
      style,
      line: reader.lineOf(inner.start),
    },
    ownPlace,
  };
  const key = path.at(-1);
  if (typeof key !== 'string' || !embeddingKeys.has(key) || typeof node.value !== 'string') return scalar;
  if (node.type === 'BLOCK_LITERAL') return withEmbedded(scalar, { start, end }, reader);
  // Folded and quoted text has no bytes of its own for a line break.
  return text.includes('\n') ? { ...scalar, embeddedProblem: 'it is no literal block (`|`)' } : scalar;
}

/** A one-line block scalar's content, without its header and indentation; else the whole of it. */
function blockContent(text: string, start: number, end: number, value: string) {
  const content = value.trim();
  const at = content === '' || content.includes('\n') ? -1 : text.slice(0, end).lastIndexOf(content);
  return at < start ? { start, end } : { start: at, end: at + content.length };
}

/** Reads the block's body as YAML of its own: each line without the indentation, offsets mapped back. */
function withEmbedded(scalar: YamlScalar, range: { start: number; end: number }, reader: Reader): YamlScalar {
  const source = reader.text.slice(range.start, range.end);
  const headerEnd = source.indexOf('\n') + 1;
  const lines = source.slice(headerEnd).split(/(?<=\n)/);
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/[^ ]/)));
  const starts: { inner: number; outer: number }[] = [];
  let body = '';
  let outer = range.start + headerEnd;
  for (const line of lines) {
    const cut = Math.min(indent, line.search(/[^ ]|$/));
    starts.push({ inner: body.length, outer: outer + cut });
    body += line.slice(cut);
    outer += line.length;
  }
  const offset = (inner: number) => {
    const from = starts.findLast((each) => each.inner <= inner) ?? { inner: 0, outer: range.start };
    return reader.offset(from.outer + inner - from.inner);
  };
  const reading = readAt(body, {
    prefix: [...scalar.path, '|'],
    ownPlace: scalar.ownPlace,
    offset,
    line: reader.lineOf(range.start + headerEnd) - 1,
    budget: reader.budget,
  });
  if ('problem' in reading) return { ...scalar, embeddedProblem: reading.problem.message };
  return reading.trees.some(({ kind }) => kind !== 'scalar')
    ? { ...scalar, embedded: reading.trees }
    : scalar;
}
