import dockerignoreModule from '@balena/dockerignore';
import type { Service } from '../service.ts';
import type { Snapshot } from '../snapshot.ts';

/** The package's types name a `default` that its code, being CommonJS, is itself. */
const dockerignore = dockerignoreModule as unknown as typeof dockerignoreModule.default;

/** Which files stay out of a service's context. */
export interface IgnoreRules {
  /** Equal keys, equal rules. */
  key: string;
  /** By path from the root of the repo. */
  ignores(path: string): boolean;
  /** The rule that leaves a path out, with the place where it stands: for people. Null: none does. */
  ruleFor(path: string): string | null;
}

/** One line of an ignore file, or one entry of the configuration. */
interface Pattern {
  text: string;
  /** `.dockerignore:3`. */
  place: string;
}

/**
 * The rules of `<Dockerfile>.dockerignore` where there is one, else of the root's `.dockerignore` (as Docker
 * does); after them the service folder's own, and `ignore` of the configuration.
 */
export async function readIgnoreRules(
  snapshot: Snapshot,
  service: Service,
  dockerfile: string | null,
): Promise<IgnoreRules> {
  const ownFile = `${dockerfile}.dockerignore`;
  const own = dockerfile === null ? null : await snapshot.read(ownFile);
  const root = own ?? (await rootFile(snapshot));
  const folderFile = `${service.path}/.dockerignore`;
  const folder = service.path === '' ? null : await snapshot.read(folderFile);
  const patterns = [
    ...patternsIn(root, own === null ? '.dockerignore' : ownFile),
    ...patternsIn(folder, folderFile).map(({ text, place }) => ({ text: below(service.path, text), place })),
    ...service.settings.ignore.map((text) => ({ text, place: 'ignore' })),
  ];
  if (patterns.length === 0) return { key: '', ignores: () => false, ruleFor: () => null };
  const key = patterns.map(({ text }) => text).join('\n');
  const matcher =
    matchers.get(key) ?? dockerignore({ ignorecase: false }).add(patterns.map(({ text }) => text));
  matchers.set(key, matcher);
  return {
    key,
    ignores: (path) => matcher.ignores(path),
    ruleFor: (path) => (matcher.ignores(path) ? lastMatch(patterns, path) : null),
  };
}

/** By pattern lists, which most services share. */
const matchers = new Map<string, ReturnType<typeof dockerignore>>();

const rootFiles = new WeakMap<Snapshot, Promise<Buffer | null>>();

function rootFile(snapshot: Snapshot): Promise<Buffer | null> {
  const read = rootFiles.get(snapshot) ?? snapshot.read('.dockerignore');
  rootFiles.set(snapshot, read);
  return read;
}

/** As Docker decides: the last pattern that matches. */
function lastMatch(patterns: readonly Pattern[], path: string): string | null {
  const found = patterns.findLast(
    ({ text }) => !text.startsWith('!') && dockerignore({ ignorecase: false }).add([text]).ignores(path),
  );
  return found === undefined ? null : `${found.place}: ${found.text}`;
}

/** Docker reads one pattern a line; `#` at the very start of a line is a comment. */
function patternsIn(file: Buffer | null, name: string): Pattern[] {
  const content = file?.toString('utf8').replace(/^\uFEFF/, '') ?? '';
  return content
    .split(/\r?\n/)
    .map((line, index) => ({ line, place: `${name}:${index + 1}` }))
    .filter(({ line }) => !line.startsWith('#') && line.trim() !== '')
    .map(({ line, place }) => ({ text: line.trim(), place }));
}

function below(folder: string, pattern: string): string {
  const negated = pattern.startsWith('!');
  const bare = pattern.replace(/^!/, '').trim().replace(/^\//, '');
  return `${negated ? '!' : ''}${folder}/${bare}`;
}
