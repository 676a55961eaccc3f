import type { Git, GitCommit } from '../ports/git.ts';
import { openSnapshot } from '../workspace/snapshot.ts';

/** Names of the packages whose lockfile entries a commit changed against its first parent. */
export type LockfileEdits = (commit: GitCommit) => Promise<ReadonlySet<string>>;

/** Stands for the lockfile's header, which every package depends on. */
export const lockfileHeader = '__metadata';

/** Reads each version of the lockfile, and compares each pair of versions, once. */
export function lockfileEdits({ objects, history }: Pick<Git, 'objects' | 'history'>): LockfileEdits {
  const compared = new Map<string, Promise<ReadonlySet<string>>>();
  const lockfileAt = async (commit: string | undefined) => {
    if (commit === undefined) return '';
    const snapshot = openSnapshot(await history.treeOf(commit), objects);
    return (await snapshot.entry('yarn.lock'))?.oid ?? '';
  };
  const compare = async (before: string, after: string) => {
    const [old, young] = await Promise.all(
      [before, after].map(async (oid) => (oid === '' ? '' : (await objects.read(oid)).toString('utf8'))),
    );
    return editedPackages(old ?? '', young ?? '');
  };
  return async (commit) => {
    const [before, after] = await Promise.all([lockfileAt(commit.parents[0]), lockfileAt(commit.hash)]);
    const key = `${before} ${after}`;
    const known = compared.get(key) ?? compare(before, after);
    compared.set(key, known);
    return known;
  };
}

/** Packages with an entry that only one of two lockfiles has; both lockfile forms separate entries by an empty line. */
function editedPackages(before: string, after: string): Set<string> {
  const [old, young] = [entriesOf(before), entriesOf(after)];
  const names = new Set<string>();
  for (const [entries, others] of [[old, young] as const, [young, old] as const]) {
    for (const entry of entries) if (!others.has(entry)) names.add(packageName(entry));
  }
  return names;
}

function entriesOf(lockfile: string): Set<string> {
  return new Set(lockfile.trimEnd().split('\n\n'));
}

/** `"@babel/core@npm:^7.0.0, @babel/core@npm:^7.1.0":` → `@babel/core`. */
function packageName(entry: string): string {
  return /^(?:\? )?"?(@?[^@"\n]+)@/m.exec(entry)?.[1] ?? lockfileHeader;
}
