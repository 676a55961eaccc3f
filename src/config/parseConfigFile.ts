import { closest } from 'fastest-levenshtein';
import * as v from 'valibot';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { type Failure, inputFailure } from '../errors.ts';
import { type ConfigFile, configSchema } from './schema.ts';
import type { Origin } from './settings.ts';

/** One configuration file, checked, with the line of every key. */
export interface ParsedConfigFile {
  value: ConfigFile;
  origin(path: readonly string[]): Origin;
}

/**
 * Parses and checks `text`, YAML or JSON (YAML 1.2 contains JSON, so package.json gets line numbers the same
 * way). `at` names the key below which the configuration stands: `['shipyarn']` in a package.json.
 * Throws an input failure with file, line, what is allowed and the nearest known key.
 */
export function parseConfigFile(text: string, file: string, at: readonly string[] = []): ParsedConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const origin = (path: readonly string[]): Origin => ({
    file,
    line: lines.linePos(offsetOfKey(document, [...at, ...path])).line,
  });

  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    throw inputFailure({
      reason: 'config-syntax',
      message: `${file} does not parse: ${syntaxError.message}`,
      hint: 'Mend the syntax at this line.',
      at: { file, line: lines.linePos(syntaxError.pos[0]).line },
    });
  }

  const value: unknown = at.length === 0 ? document.toJS() : document.toJS()?.[at[0] as string];
  const checked = v.safeParse(configSchema, value ?? {});
  if (checked.success) return { value: checked.output, origin };
  throw describeIssue(deepestIssue(checked.issues[0]), origin);
}

function describeIssue(issue: v.BaseIssue<unknown>, origin: (path: readonly string[]) => Origin): Failure {
  const path = (issue.path ?? []).map((item) => String(item.key));
  const key = path.join('.');
  const at = origin(path);
  const last = path.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never' && last !== undefined) {
    const allowed = keysAt(configSchema, path.slice(0, -1));
    return inputFailure({
      reason: 'config-unknown-key',
      message: `${at.file}:${at.line}: unknown key \`${key}\`.`,
      hint: `Did you mean \`${closest(last, allowed)}\`? Allowed here: ${allowed.join(', ')}.`,
      at,
    });
  }
  return inputFailure({
    reason: 'config-wrong-value',
    message: `${at.file}:${at.line}: \`${key}\` is ${issue.received}, but must be ${issue.expected ?? 'another value'}.`,
    hint: 'docs/configuration.md lists every key with its type.',
    at,
  });
}

/** A union reports all its branches: the one that got furthest is the one that was meant. */
function deepestIssue(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  const deeper = (issue.issues ?? []).filter((nested) => (nested.path?.length ?? 0) > 0);
  const [found] = deeper.sort((a, b) => (b.path?.length ?? 0) - (a.path?.length ?? 0));
  if (found === undefined) return issue;
  const path = [...(issue.path ?? []), ...(found.path ?? [])];
  return deepestIssue({ ...found, path } as v.BaseIssue<unknown>);
}

interface LooseSchema {
  type?: string;
  wrapped?: LooseSchema;
  pipe?: LooseSchema[];
  options?: LooseSchema[];
  entries?: Record<string, LooseSchema>;
  value?: LooseSchema;
  item?: LooseSchema;
}

function keysAt(schema: unknown, path: readonly string[]): string[] {
  const [head, ...rest] = path;
  for (const candidate of unwrap(schema as LooseSchema)) {
    if (head === undefined && candidate.entries !== undefined) return Object.keys(candidate.entries);
    if (head === undefined) continue;
    const next = candidate.entries?.[head] ?? candidate.value ?? candidate.item;
    const found = next === undefined ? [] : keysAt(next, rest);
    if (found.length > 0) return found;
  }
  return [];
}

function unwrap(schema: LooseSchema): LooseSchema[] {
  if (schema.wrapped !== undefined) return unwrap(schema.wrapped);
  if (schema.type === 'union') return (schema.options ?? []).flatMap(unwrap);
  return [schema];
}

/** Offset of the deepest key of `path` that stands in the document. */
function offsetOfKey(document: Document, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else {
      const item: Node | undefined = (node as { items?: Node[] } | null)?.items?.[Number(key)];
      if (item === undefined) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    }
  }
  return offset;
}
