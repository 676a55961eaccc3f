import { inputFailure } from '../../errors.ts';

/** One entry of a Yarn 2–4 lockfile, as text; what it says of its package is read when it is asked for. */
export interface LockfileEntry {
  /** Position in the lockfile. */
  index: number;
  /** Descriptors that resolve to the package, `lodash@npm:^4.17.0`, in the lockfile's order. */
  descriptors: readonly string[];
  /** Key line(s) with the colon. */
  keyText: string;
  /** All below the key, ending in a newline. */
  body: string;
}

/** What an entry says of its package. */
export interface LockfilePackage {
  name: string;
  /** After the name: `npm:4.17.21`, `workspace:packages/lib`. */
  reference: string;
  /** Dependencies as listed: name and range as it stands in the file, unquoted. */
  dependencies: readonly (readonly [name: string, range: string])[];
}

export interface BerryLockfile {
  /** Comment and `__metadata` block, ending in an empty line. */
  header: string;
  entries: readonly LockfileEntry[];
  /** `__metadata.version`. */
  metadataVersion: number;
  /** Some Yarn versions write keys above 1,024 characters as `? key`. */
  longKeysAreExplicit: boolean;
}

/**
 * Splits a Yarn 2–4 lockfile into its entries, in one pass over the text: entries stand apart by an empty
 * line, as `stringifySyml` of @yarnpkg/parsers writes them. A lockfile in any other form is refused, for
 * `yarn install --immutable` would refuse it as well.
 */
export function parseBerryLockfile(source: string): BerryLockfile {
  const text = source.includes('\r') ? source.replaceAll('\r\n', '\n') : source;
  const metadata = text.startsWith('__metadata:') ? 0 : text.indexOf('\n__metadata:') + 1;
  const headerEnd = endOfBlock(text, metadata);
  const header = text.slice(0, headerEnd);
  checkConflictMarkers(text);
  const entries: LockfileEntry[] = [];
  for (let start = headerEnd; start < text.length; ) {
    const end = endOfBlock(text, start);
    entries.push(parseEntry(text, start, end, entries.length));
    start = end;
  }
  return {
    header,
    entries,
    metadataVersion: Number(/^ {2}version: (\d+)$/m.exec(header)?.[1] ?? 0),
    longKeysAreExplicit: !entries.some(({ keyText }) => keyText.length > 1025 && keyText[0] !== '?'),
  };
}

function endOfBlock(text: string, start: number): number {
  const gap = text.indexOf('\n\n', start);
  return gap === -1 ? text.length : gap + 2;
}

function parseEntry(text: string, start: number, end: number, index: number): LockfileEntry {
  let keyEnd = text.indexOf('\n', start);
  const explicit = text.startsWith('? ', start);
  if (explicit) keyEnd = text.startsWith(':', keyEnd + 1) ? text.indexOf('\n', keyEnd + 1) : -1;
  const keyText = text.slice(start, keyEnd);
  const key = explicit ? keyText.slice(2, -2) : keyText.slice(0, -1);
  const body = text.slice(keyEnd + 1, text[end - 2] === '\n' ? end - 1 : end);
  if (keyEnd === -1 || keyEnd >= end || !keyText.endsWith(':') || !isBody(body)) {
    throw unreadable(text, start);
  }
  return { index, descriptors: unquote(key, text, start).split(', '), keyText, body };
}

/** Indented lines, whose quotes are closed. */
function isBody(body: string): boolean {
  return body.startsWith('  ') && !/\n(?! {2}|$)|: "[^"\n]*\n/.test(body);
}

function unquote(key: string, text: string, start: number): string {
  if (key[0] !== '"') return key;
  if (!key.endsWith('"') || key.length < 2) throw unreadable(text, start);
  return key.includes('\\') ? (JSON.parse(key) as string) : key.slice(1, -1);
}

/** Reads an entry's body. */
export function parsePackage(entry: LockfileEntry): LockfilePackage {
  const { body } = entry;
  const resolution = field(body, 'resolution') ?? '';
  const at = resolution.indexOf('@', 1);
  return {
    name: resolution.slice(0, at),
    reference: resolution.slice(at + 1),
    dependencies: section(body, 'dependencies'),
  };
}

/** One scalar of an entry's body: `version`, `checksum`. */
export function field(body: string, name: string): string | null {
  const marker = `  ${name}: `;
  const start = body.startsWith(marker) ? 0 : body.indexOf(`\n${marker}`) + 1;
  if (start === 0 && !body.startsWith(marker)) return null;
  return scalar(body.slice(start + marker.length, body.indexOf('\n', start)));
}

/** A section of an entry's body, line by line: `dependencies`, `bin`. */
export function section(body: string, name: string): [string, string][] {
  const marker = `\n  ${name}:\n`;
  const found = body.indexOf(marker);
  if (found === -1) return [];
  const pairs: [string, string][] = [];
  let start = found + marker.length;
  while (body.startsWith('    ', start)) {
    const end = body.indexOf('\n', start);
    pairs.push(pair(body.slice(start + 4, end)));
    start = end + 1;
  }
  return pairs;
}

function pair(line: string): [string, string] {
  const colon = line[0] === '"' ? line.indexOf('":', 1) + 1 : line.indexOf(': ');
  return [scalar(line.slice(0, colon)), scalar(line.slice(colon + 2))];
}

function scalar(text: string): string {
  if (text[0] !== '"') return text;
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

function checkConflictMarkers(text: string): void {
  const marker = '<<<<<<<';
  const found = text.startsWith(marker) ? 0 : text.indexOf(`\n${marker}`) + 1;
  if (!text.startsWith(marker, found)) return;
  throw inputFailure({
    reason: 'lockfile-conflict',
    message: 'yarn.lock holds conflict markers of an unfinished merge.',
    hint: 'Run `yarn install`, which resolves them, and commit the lockfile.',
    at: { file: 'yarn.lock', line: lineAt(text, found) },
  });
}

function unreadable(text: string, start: number) {
  return inputFailure({
    reason: 'lockfile-unreadable',
    message: 'yarn.lock is not in the form that Yarn writes.',
    hint: 'Run `yarn install` and commit the lockfile.',
    at: { file: 'yarn.lock', line: lineAt(text, start) },
  });
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
