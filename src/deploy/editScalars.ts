import { inputFailure } from '../errors.ts';
import { readYaml } from './readYaml.ts';
import { scalarText } from './scalarText.ts';
import { leavesOf, type ScalarPlace, showPath, type YamlScalar } from './yamlTree.ts';

export interface ScalarEdit {
  scalar: YamlScalar;
  to: string;
}

/**
 * The file's text with these scalars saying something else, and nothing but their bytes changed. The result is
 * read again: exactly the intended values must differ. Rejects with an input failure otherwise: `infra-shared-scalar`
 * where an anchor would carry the change elsewhere, `infra-edit-refused` in any other case.
 */
export function editScalars(file: string, text: string, edits: readonly ScalarEdit[]): string {
  const places = new Map<number, { place: ScalarPlace; to: string }>();
  for (const { scalar, to } of edits) {
    const before = places.get(scalar.place.start);
    if (before && before.to !== to) throw shared(file, scalar, `${before.to} and ${to} are both asked for`);
    places.set(scalar.place.start, { place: scalar.place, to });
  }
  let edited = text;
  for (const [start, { place, to }] of [...places].sort(([a], [b]) => b - a)) {
    edited = edited.slice(0, start) + spliced(text, place, to) + edited.slice(place.end);
  }
  if (edits.every(isLine)) verifyLines(file, text, edited, edits);
  else verify(file, text, edited, edits);
  return edited;
}

/** An empty value has no bytes of its own: `tag:` needs a space before, and one after when a comment follows. */
function spliced(text: string, { start, end, style }: ScalarPlace, to: string): string {
  const written = scalarText(to, style);
  if (style !== 'empty') return written;
  const before = /[\s]/.test(text.charAt(start - 1)) ? '' : ' ';
  return before + written + (text.charAt(end) === '#' ? ' ' : '');
}

function verify(file: string, before: string, after: string, edits: readonly ScalarEdit[]): void {
  const [was, is] = [readYaml(before), readYaml(after)];
  if ('problem' in was || 'problem' in is) throw refused(file, edits, 'it could not be read again');
  const [old, now] = [leavesOf(was.trees), leavesOf(is.trees)];
  const starts = new Set(edits.map(({ scalar }) => scalar.place.start));
  const wanted = new Map(edits.map(({ scalar, to }) => [JSON.stringify(scalar.path), to]));
  for (const [path, to] of wanted) {
    if (now.get(path)?.value !== to) throw refused(file, edits, `${path} would not read as ${to}`);
  }
  if (old.size !== now.size) throw refused(file, edits, 'its shape would change');
  for (const [path, scalar] of old) {
    const then = now.get(path);
    if (then && same(scalar, then)) continue;
    if (wanted.has(path) || (scalar.ownPlace && starts.has(scalar.place.start))) continue;
    throw shared(file, scalar, 'it would change too');
  }
}

/** A value that a marker gave in a file which is no YAML before it is rendered. */
function isLine({ scalar }: ScalarEdit): boolean {
  return String(scalar.path.at(-1)).startsWith('line ');
}

function verifyLines(file: string, before: string, after: string, edits: readonly ScalarEdit[]): void {
  const asked = new Set(edits.map(({ scalar }) => scalar.place.line));
  const [old, now] = [before.split('\n'), after.split('\n')];
  const only = old.length === now.length && old.every((line, at) => asked.has(at + 1) || line === now[at]);
  if (!only) throw refused(file, edits, 'more than the marked lines would change');
}

function same(a: YamlScalar, b: YamlScalar): boolean {
  return a.text === b.text && Object.is(a.value, b.value);
}

function shared(file: string, scalar: YamlScalar, why: string): Error {
  return inputFailure({
    reason: 'infra-shared-scalar',
    message: `The tag is shared through an anchor with \`${showPath(scalar.path)}\`: ${why}.`,
    hint: 'Write the tag out where the alias stands.',
    at: { file, line: scalar.place.line },
  });
}

function refused(file: string, edits: readonly ScalarEdit[], why: string): Error {
  const line = edits[0]?.scalar.place.line;
  return inputFailure({
    reason: 'infra-edit-refused',
    message: `Changing the tag in place would damage the file: ${why}.`,
    hint: 'Write the tag as a plain or quoted value on one line.',
    at: { file, ...(line === undefined ? {} : { line }) },
  });
}
