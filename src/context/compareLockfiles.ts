/** An entry that is in one of two lockfiles only, or differs between them. */
export interface LockfileDifference {
  /** The entry's key as it stands. */
  entry: string;
  /** `unreadable`: Yarn's core reads something else. */
  kind: 'missing' | 'unexpected' | 'different' | 'unreadable';
}

/** Compares two lockfiles of one Yarn family entry by entry. Entries with equal keys count as one. */
export function compareLockfiles(actual: string, expected: string): LockfileDifference[] {
  const ours = blocks(actual);
  const theirs = blocks(expected);
  const differences: LockfileDifference[] = [];
  for (const [entry, body] of theirs) {
    const own = ours.get(entry);
    if (own === undefined) differences.push({ entry, kind: 'missing' });
    else if (own !== body) differences.push({ entry, kind: 'different' });
  }
  for (const entry of ours.keys()) {
    if (!theirs.has(entry)) differences.push({ entry, kind: 'unexpected' });
  }
  return differences;
}

function blocks(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const block of text.replaceAll('\r\n', '\n').split(/\n\n+/)) {
    const end = /:\n {2}/.exec(block)?.index;
    found.set(end === undefined ? block : block.slice(0, end), block.trimEnd());
  }
  return found;
}
