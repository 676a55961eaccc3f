import { posix } from 'node:path';

/**
 * Patterns in the syntax of `.dockerignore`, as BuildKit reads them: what a folder is, the files in it are, until a later
 * pattern says otherwise.
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files and `MatchesUsingParentResults` of
 *   https://github.com/moby/patternmatcher
 */
export interface DockerPatterns {
  /** Position of the pattern by which a path (`services/api/a.js`) stays out; -1: none does. */
  leavesOut(path: string): number;
}

interface Pattern {
  /** Begins with `!`: brings back what an earlier one left out. */
  isException: boolean;
  matches: (path: string) => boolean;
}

/** Which patterns match a path or a folder above it, as far as BuildKit looks, and the one by which it stays out. */
interface State {
  matching: readonly boolean[];
  leftOutBy: number;
}

const atRoot: State = { matching: [], leftOutBy: -1 };

/** Patterns in order, none of them `malformed`. */
export function dockerPatterns(texts: readonly string[]): DockerPatterns {
  const patterns = texts.map(readPattern);
  const folders = new Map<string, State>([['', atRoot]]);
  const folderState = (folder: string): State => {
    const known = folders.get(folder) ?? stateOf(folder);
    folders.set(folder, known);
    return known;
  };
  const stateOf = (path: string): State => {
    const above = folderState(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
    const matching: boolean[] = [];
    let leftOutBy = -1;
    patterns.forEach(({ isException, matches }, index) => {
      // One that would change nothing is not looked at, and so does not count for what is below either.
      const counts = isException === (leftOutBy !== -1);
      const isMatching = above.matching[index] === true || (counts && matches(path));
      matching.push(isMatching);
      if (isMatching) leftOutBy = isException ? -1 : index;
    });
    return { matching, leftOutBy };
  };
  // Many services ask for the same files.
  const asked = new Map<string, number>();
  return {
    leavesOut(path) {
      const known = asked.get(path) ?? stateOf(path).leftOutBy;
      asked.set(path, known);
      return known;
    },
  };
}

/** What is wrong with a pattern; null: nothing. Docker refuses the same, but for letters after a backslash. */
export function malformed(text: string): string | null {
  const { isException, pattern } = parsePattern(text);
  if (pattern === '' || (isException && pattern === '/')) return 'names nothing';
  if (/\\[a-z0-9]/i.test(pattern)) return 'has a backslash before a letter: folders are separated by /';
  if (!wellFormed.test(pattern)) return 'does not end what it begins with [ or \\';
  try {
    toMatcher(pattern);
    return null;
  } catch {
    return 'has a range that ends before it begins';
  }
}

/** Go's `filepath.Match`: classes are closed and not empty, and a backslash is followed by what it stands before. */
const wellFormed = /^(?:[^\\[]|\\.|\[\^?(?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+\])*$/;

/** Whether a line brings back, and the path that it means: `!/a//b/` is `a/b`. */
export function parsePattern(text: string): { isException: boolean; pattern: string } {
  const isException = text.startsWith('!');
  const written = (isException ? text.slice(1) : text).trim();
  const clean = written === '' ? '' : posix.normalize(written);
  return { isException, pattern: clean.replace(/(?<=.)\/$/, '').replace(/^\/(?=.)/, '') };
}

function readPattern(text: string): Pattern {
  const { isException, pattern } = parsePattern(text);
  return { isException, matches: toMatcher(pattern) };
}

const special = /[*?[\]\\]/;

/** `**` at the start or the end of what is otherwise plain is no more than the end or the start of a path. */
function toMatcher(pattern: string): (path: string) => boolean {
  if (!special.test(pattern)) return (path) => path === pattern;
  if (pattern.startsWith('**') && !special.test(pattern.slice(2))) {
    const end = pattern.slice(2);
    return (path) => path.endsWith(end) || `/${path}` === end;
  }
  if (pattern.endsWith('**') && !special.test(pattern.slice(0, -2))) {
    const start = pattern.slice(0, -2);
    return (path) => path.startsWith(start);
  }
  const expression = toExpression(pattern);
  return (path) => expression.test(path);
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/?|\*|\?|\\.|[.+()|{}$]/g, (token, at: number) => {
    if (token.startsWith('**')) return at + token.length === pattern.length ? '.*' : '(.*/)?';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return token.startsWith('\\') ? token : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}
