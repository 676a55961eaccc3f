import { type FileLocation, inputFailure } from '../../errors.ts';
import { oncePer } from '../../oncePer.ts';
import type { Service } from '../service.ts';
import type { Snapshot } from '../snapshot.ts';
import { type DockerPatterns, dockerPatterns, malformed, parsePattern } from './dockerPatterns.ts';

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
  /** Absent: in `ignore` of the configuration. */
  at?: FileLocation;
}

/**
 * The rules of `<Dockerfile>.dockerignore` where there is one, else of the root's `.dockerignore` (as Docker
 * does); after them the service folder's own, and `ignore` of the configuration. Rejects where a pattern is none.
 */
export async function readIgnoreRules(
  snapshot: Snapshot,
  service: Service,
  dockerfile: string | null,
): Promise<IgnoreRules> {
  const ownFile = `${dockerfile}.dockerignore`;
  const own = dockerfile === null ? null : await snapshot.read(ownFile);
  const folderFile = `${service.path}/.dockerignore`;
  const folder = service.path === '' ? null : await snapshot.read(folderFile);
  const patterns = [
    ...(own === null ? await rootPatterns(snapshot) : patternsIn(own, ownFile)),
    ...patternsIn(folder, folderFile).map((pattern) => ({
      ...pattern,
      text: below(service.path, pattern.text),
    })),
    ...service.settings.ignore.map((text) => ({ text })),
  ];
  if (patterns.length === 0) return { key: '', ignores: () => false, ruleFor: () => null };
  const key = patterns.map(({ text }) => text).join('\n');
  const matcher = matchers.get(key) ?? makeMatcher(patterns);
  matchers.set(key, matcher);
  return {
    key,
    ignores: (path) => matcher.leavesOut(path) !== -1,
    ruleFor: (path) => describe(patterns[matcher.leavesOut(path)]),
  };
}

/** By pattern lists, which most services share. */
const matchers = new Map<string, DockerPatterns>();

function makeMatcher(patterns: readonly Pattern[]): DockerPatterns {
  for (const { text, at } of patterns) {
    const problem = malformed(text);
    if (problem === null) continue;
    throw inputFailure({
      reason: 'ignore-pattern-malformed',
      message: `The pattern ${text} in ${at?.file ?? '`ignore`'} ${problem}.`,
      hint: 'Write it as Docker reads it: https://docs.docker.com/build/concepts/context/#syntax.',
      ...(at !== undefined && { at }),
    });
  }
  return dockerPatterns(patterns.map(({ text }) => text));
}

const rootPatterns = oncePer(async (snapshot: Snapshot) =>
  patternsIn(await snapshot.read('.dockerignore'), '.dockerignore'),
);

function describe(pattern: Pattern | undefined): string | null {
  if (pattern === undefined) return null;
  const { text, at } = pattern;
  return `${at === undefined ? 'ignore' : `${at.file}:${at.line}`}: ${text}`;
}

/** Docker reads one pattern a line; `#` at the very start of a line is a comment. */
function patternsIn(content: Buffer | null, file: string): Pattern[] {
  const text = content?.toString('utf8').replace(/^\uFEFF/, '') ?? '';
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line, at: { file, line: index + 1 } }))
    .filter((pattern) => !pattern.text.startsWith('#') && pattern.text.trim() !== '')
    .map((pattern) => ({ ...pattern, text: pattern.text.trim() }));
}

/** A pattern that counts from a folder, counted from the root of the repo. */
function below(folder: string, text: string): string {
  const { isException, pattern } = parsePattern(text);
  // Nothing in the folder is called that.
  const namesNothing = ['', '/', '.', '..'].includes(pattern) || pattern.startsWith('../');
  return namesNothing ? text : `${isException ? '!' : ''}${folder}/${pattern}`;
}
