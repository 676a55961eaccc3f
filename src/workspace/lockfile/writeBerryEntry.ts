import type { LockfileEntry, LockfilePackage } from './parseBerryLockfile.ts';

/** YAML asks for `? key` above this many characters (`stringifySyml` in @yarnpkg/parsers). */
const longestPlainKey = 1024;

/** An entry with its key reduced to the descriptors in use. */
export function entryText(
  entry: LockfileEntry,
  used: readonly string[],
  body: string,
  longKeysAreExplicit: boolean,
): string {
  if (used.length === entry.descriptors.length) return `${entry.keyText}\n${body}`;
  const key = quoted(used.join(', '));
  const explicit = longKeysAreExplicit && key.length > longestPlainKey;
  return explicit ? `? ${key}\n:\n${body}` : `${key}:\n${body}`;
}

/** A workspace's body with exactly these dependencies; all else stays as Yarn wrote it. */
export function workspaceBody(
  entry: LockfileEntry,
  listed: LockfilePackage,
  dependencies: ReadonlyMap<string, string>,
  metadataVersion: number,
): string {
  const known = new Map(listed.dependencies);
  const lines = [...dependencies].map(([name, range]) => {
    const bound = known.get(name);
    const same = bound === range || bound === `npm:${range}`;
    return [name, same && bound !== undefined ? bound : withProtocol(range, metadataVersion)] as const;
  });
  lines.sort(([a], [b]) => (a < b ? -1 : 1));
  const section = lines.map(([name, range]) => `    ${quoted(name)}: ${quoted(range)}\n`).join('');
  return replaceDependencies(entry.body, section);
}

function replaceDependencies(body: string, lines: string): string {
  const start = body.indexOf('\n  dependencies:\n') + 1;
  if (start === 0) return body;
  let end = body.indexOf('\n', start) + 1;
  while (body.startsWith('    ', end)) end = body.indexOf('\n', end) + 1;
  return body.slice(0, start) + (lines === '' ? '' : `  dependencies:\n${lines}`) + body.slice(end);
}

/** Yarn 4 writes `npm:` before bare ranges in a package's dependencies; Yarn 2 and 3 do not. */
function withProtocol(range: string, metadataVersion: number): string {
  return metadataVersion >= 7 && !/[:/]/.test(range) ? `npm:${range}` : range;
}

/** `stringifyString` in @yarnpkg/parsers. */
const simpleString = /^(?![-?:,\][{}#&*!|>'"%@` \t\r\n]).([ \t]*(?![,\][{}:# \t\r\n]).)*$/;

function quoted(value: string): string {
  return simpleString.test(value) ? value : JSON.stringify(value);
}
