import { inputFailure } from '../../errors.ts';

/** One entry of a Classic lockfile. */
export interface ClassicEntry {
  index: number;
  /** `lodash@^4.17.0`, unquoted. */
  patterns: readonly string[];
  /** The same as they stand in the key. */
  quotedPatterns: readonly string[];
  /** All below the key, ending in a newline. */
  body: string;
  name: string;
  version: string;
  resolved: string | null;
  /** Dependencies and optional dependencies: name and range. */
  dependencies: readonly (readonly [name: string, range: string])[];
}

export interface ClassicLockfile {
  header: string;
  entries: readonly ClassicEntry[];
  byPattern: ReadonlyMap<string, ClassicEntry>;
}

/** Splits a Yarn 1 lockfile into its entries, as its `stringify` writes them: apart by an empty line. */
export function parseClassicLockfile(source: string): ClassicLockfile {
  const text = source.includes('\r') ? source.replaceAll('\r\n', '\n') : source;
  const marker = text.indexOf('# yarn lockfile v1\n') + '# yarn lockfile v1\n'.length;
  const [, padding = ''] = /^(\n*)/.exec(text.slice(marker)) ?? [];
  const header = text.slice(0, marker + padding.length);
  const entries: ClassicEntry[] = [];
  const byPattern = new Map<string, ClassicEntry>();
  let line = header.split('\n').length;
  for (const block of text.slice(header.length).split(/\n\n/)) {
    if (block.trim() !== '') {
      const entry = parseEntry(block.endsWith('\n') ? block : `${block}\n`, entries.length, line);
      entries.push(entry);
      for (const pattern of entry.patterns) byPattern.set(pattern, entry);
    }
    line += block.split('\n').length + 1;
  }
  return { header, entries, byPattern };
}

function parseEntry(block: string, index: number, line: number): ClassicEntry {
  const keyEnd = block.indexOf('\n');
  const key = block.slice(0, keyEnd);
  const body = block.slice(keyEnd + 1);
  if (!key.endsWith(':') || key.startsWith(' ') || !body.startsWith('  ')) throw unreadable(key, line);
  const quotedPatterns = key.slice(0, -1).split(', ');
  const patterns = quotedPatterns.map(unquote);
  const first = patterns[0] ?? '';
  return {
    index,
    patterns,
    quotedPatterns,
    body,
    name: first.slice(0, first.indexOf('@', 1)),
    version: field(body, 'version') ?? '0.0.0',
    resolved: field(body, 'resolved'),
    dependencies: [...section(body, 'dependencies'), ...section(body, 'optionalDependencies')],
  };
}

function field(body: string, name: string): string | null {
  const found = new RegExp(`^ {2}${name} (.*)$`, 'm').exec(body)?.[1];
  return found === undefined ? null : unquote(found);
}

function section(body: string, name: string): [string, string][] {
  const lines = body.split('\n');
  const start = lines.indexOf(`  ${name}:`);
  if (start === -1) return [];
  const end = lines.findIndex((text, index) => index > start && !text.startsWith('    '));
  return lines.slice(start + 1, end === -1 ? lines.length : end).map((text) => {
    const [, dependency = '', range = ''] = /^ {4}("[^"]+"|\S+) (.*)$/.exec(text) ?? [];
    return [unquote(dependency), unquote(range)];
  });
}

function unquote(text: string): string {
  return text[0] === '"' ? (JSON.parse(text) as string) : text;
}

function unreadable(key: string, line: number) {
  const conflict = key.startsWith('<<<<<<<') || key.startsWith('=======') || key.startsWith('>>>>>>>');
  return inputFailure({
    reason: conflict ? 'lockfile-conflict' : 'lockfile-unreadable',
    message: conflict
      ? 'yarn.lock holds conflict markers of an unfinished merge.'
      : 'yarn.lock is not in the form that Yarn writes.',
    hint: 'Run `yarn install` and commit the lockfile.',
    at: { file: 'yarn.lock', line },
  });
}
