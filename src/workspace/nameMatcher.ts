import micromatch from 'micromatch';

const matchers = new Map<string, (packageName: string) => boolean>();

/** Whether a package name matches one of these globs; compiled once for a list, most of which are plain names. */
export function nameMatcher(globs: readonly string[]): (packageName: string) => boolean {
  const key = globs.join('\n');
  const known = matchers.get(key);
  if (known !== undefined) return known;
  const names = new Set(globs.filter((glob) => /^[\w@./-]+$/.test(glob)));
  const patterns = globs.filter((glob) => !names.has(glob)).map((glob) => micromatch.matcher(glob));
  const matcher = (packageName: string) =>
    names.has(packageName) || patterns.some((matches) => matches(packageName));
  matchers.set(key, matcher);
  return matcher;
}
