/**
 * Conventional headers in the body of a squashed commit: GitHub's `* feat(api)!: …` lines (also with `-`), and
 * the indented messages that `git merge --squash` leaves. Only known types, or any bullet with a colon would be
 * a change of its own.
 */
export function squashedHeaders(body: readonly string[], types: ReadonlySet<string>): string[] {
  const fromGit = body.some((line) => /^commit [0-9a-f]{40}$/.test(line));
  const line = fromGit
    ? /^(?:\s{0,3}[*-]\s+|\s{4})(\w+)(\(.*\))?!?: \S.*$/
    : /^\s{0,3}[*-]\s+(\w+)(\(.*\))?!?: \S.*$/;
  return body
    .filter((text) => {
      const type = line.exec(text)?.[1];
      return type !== undefined && types.has(type);
    })
    .map((text) => text.replace(/^\s*(?:[*-]\s+)?/, '').trim());
}
