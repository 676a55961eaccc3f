import micromatch from 'micromatch';

const matchers = new Map<string, (path: string) => boolean>();

/**
 * Whether a path or a package name matches one of these globs, as micromatch reads them; compiled once for a list. Most
 * globs need no micromatch, which takes longer to load than a small preview to read all manifests: a plain name stands for
 * itself, and a star at the end for the rest of a part.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const key = globs.join('\n');
  const known = matchers.get(key);
  if (known !== undefined) return known;
  const names = new Set(globs.filter((glob) => /^[\w@./-]+$/.test(glob)));
  const patterns = globs
    .filter((glob) => !names.has(glob))
    .map((glob) => (startedByName.test(glob) ? beginsWith(glob.slice(0, -1)) : micromatch.matcher(glob)));
  const matcher = (path: string) => names.has(path) || patterns.some((matches) => matches(path));
  matchers.set(key, matcher);
  return matcher;
}

const startedByName = /^(?:[\w@-][\w@./-]*)?\*$/;

/** A star stands for no slash and, as a whole part, for one character at least, the first of which is no dot. */
function beginsWith(start: string): (path: string) => boolean {
  const isWholePart = start === '' || start.endsWith('/');
  return (path) => {
    if (!path.startsWith(start) || path.includes('/', start.length)) return false;
    return !isWholePart || (path.length > start.length && path[start.length] !== '.');
  };
}
