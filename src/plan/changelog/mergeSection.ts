const commitHash = /\b[0-9a-f]{7,40}\b/;

/**
 * A section of a changelog brought up to date: the new lines, with what people wrote into the old ones kept.
 * A line that names the same commit keeps its old wording; lines that name no commit stay under their heading;
 * lines of commits that are gone (reverted since) go.
 */
export function mergeSection(old: readonly string[], fresh: readonly string[]): string[] {
  const reworded = rewordings(old, fresh);
  const merged = fresh.map((line) => reworded.get(line) ?? line);
  for (const [heading, lines] of writtenByHand(old.slice(1), merged)) {
    const at = merged.indexOf(heading);
    if (at === -1) merged.push('', heading, '', ...lines);
    else merged.splice(endOfBlock(merged, at), 0, ...(at === 0 ? ['', ...lines] : lines));
  }
  return merged;
}

/** New line → old line, where both are the only ones of their commit. */
function rewordings(old: readonly string[], fresh: readonly string[]): Map<string, string> {
  const before = byCommit(old);
  const pairs = [...byCommit(fresh)].flatMap(([hash, lines]) => {
    const [from, to] = [lines[0], before.get(hash)?.[0]];
    const isOnly = lines.length === 1 && before.get(hash)?.length === 1;
    return isOnly && from !== undefined && to !== undefined ? [[from, to] as const] : [];
  });
  return new Map(pairs);
}

function byCommit(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const hash = isBullet(line) ? commitHash.exec(line)?.[0].slice(0, 7) : undefined;
    if (hash !== undefined) found.set(hash, [...(found.get(hash) ?? []), line]);
  }
  return found;
}

/** Lines that no commit accounts for, by the heading they stand under; the section's own heading first. */
function writtenByHand(old: readonly string[], merged: readonly string[]): Map<string, string[]> {
  const present = new Set(merged);
  const kept = new Map<string, string[]>();
  let heading = merged[0] ?? '';
  for (const line of old) {
    if (/^#{3,} /.test(line)) heading = line;
    else if (line.trim() !== '' && !present.has(line) && !isGenerated(line)) {
      kept.set(heading, [...(kept.get(heading) ?? []), line]);
    }
  }
  return kept;
}

function isBullet(line: string): boolean {
  return /^[*-] /.test(line);
}

function isGenerated(line: string): boolean {
  return isBullet(line) && (commitHash.test(line) || / \S+ → \S+$/.test(line));
}

/** Index after the last line of text below the heading at `at`. */
function endOfBlock(lines: readonly string[], at: number): number {
  if (at === 0) return 1;
  const next = lines.findIndex((line, index) => index > at && /^#{1,6} /.test(line));
  const end = next === -1 ? lines.length : next;
  return lines.slice(0, end).findLastIndex((line) => line.trim() !== '') + 1;
}
