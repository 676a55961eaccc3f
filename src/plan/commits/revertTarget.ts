/** What a revert takes back, as far as its message tells. */
export interface RevertTarget {
  /** Full or abbreviated commit hashes, lower case. */
  hashes: readonly string[];
  /** Header of the reverted commit; null where only hashes or a pull request are named. */
  header: string | null;
  /** Number of the reverted pull request (GitHub's `Reverts org/repo#12`). */
  pullRequest: string | null;
}

/**
 * Forms understood: Git's `Revert "…"` and `Reapply "…"` with `This reverts commit <hash>`, the conventional
 * `revert: …` with that sentence or a `Refs: <hash>, <hash>` footer (specification, "How does Conventional
 * Commits handle revert commits?"), and GitHub's `Revert "…" (#13)` with `Reverts org/repo#12`.
 */
export function revertTarget(lines: readonly string[]): RevertTarget | null {
  const header = lines[0] ?? '';
  const [, verb, quoted] = /^(Revert|Reapply) "(.*)"(?:\s*\(#\d+\))?$/.exec(header) ?? [];
  const conventional = /^revert(?:\(.*\))?!?: (.*)$/i.exec(header)?.[1];
  const body = lines.slice(1).join('\n');
  const named = [...body.matchAll(/This reverts commits? ([0-9a-f]{7,64})/gi)].map(([, hash]) => hash ?? '');
  if (verb === undefined && conventional === undefined && named.length === 0) return null;
  const pullRequest = /^Reverts (?:[\w.-]+\/[\w.-]+)?[#!](\d+)\s*$/m.exec(body)?.[1] ?? null;
  const hashes = [...named, ...refs(lines)].map((hash) => hash.toLowerCase());
  return { hashes, header: revertedHeader(verb, quoted, conventional), pullRequest };
}

/** `Reapply "x"` takes back `Revert "x"` (Git 2.43 and later). */
function revertedHeader(verb?: string, quoted?: string, conventional?: string): string | null {
  if (verb === 'Reapply') return `Revert "${quoted}"`;
  const text = quoted ?? conventional?.replace(/\s*\(#\d+\)$/, '').replace(/^"(.*)"$/, '$1');
  return text ?? null;
}

function refs(lines: readonly string[]): string[] {
  return lines
    .filter((line) => /^refs?: /i.test(line))
    .flatMap((line) => line.replace(/^refs?: /i, '').split(/[\s,]+/))
    .filter((word) => /^[0-9a-f]{7,64}$/i.test(word));
}
