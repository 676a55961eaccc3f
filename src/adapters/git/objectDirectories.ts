/**
 * The variable that lets Git read objects of further folders. Each is quoted, for a path may hold the separator.
 * @see https://git-scm.com/docs/git#Documentation/git.txt-GITALTERNATEOBJECTDIRECTORIES
 */
export function alternatesVariable(directories: readonly string[]): Record<string, string> {
  if (directories.length === 0) return {};
  const quoted = directories.map((path) => `"${path.replace(/["\\]/g, '\\$&')}"`);
  return { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted.join(process.platform === 'win32' ? ';' : ':') };
}
