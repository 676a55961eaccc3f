import { once } from '../once.ts';

export interface GitTag {
  /** Short name, without `refs/tags/`. */
  name: string;
  /** The tag object (annotated) or the commit (lightweight). */
  oid: string;
  /** The commit that the tag leads to after peeling. */
  commit: string;
  annotated: boolean;
}

/** Tags of a repository. There may be thousands, so what one leads to is looked up when it is asked for. */
export interface GitTags {
  readonly names: readonly string[];
  /** What follows `beginning` in the names that begin so, in no order. */
  after(beginning: string): readonly string[];
  get(name: string): GitTag | undefined;
  all(): readonly GitTag[];
  /** Whether a tag leads to this commit. */
  leadTo(commit: string): boolean;
}

export function listedTags(tags: readonly GitTag[]): GitTags {
  const byName = new Map(tags.map((tag) => [tag.name, tag]));
  const commits = new Set(tags.map(({ commit }) => commit));
  const names = tags.map(({ name }) => name);
  const sorted = once(() => [...names].sort());
  return {
    names,
    after: (beginning) => endings(sorted(), beginning),
    get: (name) => byName.get(name),
    all: () => tags,
    leadTo: (commit) => commits.has(commit),
  };
}

/** Of sorted names, found by halves. */
function endings(names: readonly string[], beginning: string): string[] {
  let [from, to] = [0, names.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((names[middle] as string) < beginning) from = middle + 1;
    else to = middle;
  }
  const found: string[] = [];
  for (let name = names[from]; name?.startsWith(beginning); name = names[++from])
    found.push(name.slice(beginning.length));
  return found;
}

/** Two lists as one; a name of the second stands for itself, whatever the first says of it. */
export function joinedTags(first: GitTags, second: GitTags): GitTags {
  if (second.names.length === 0) return first;
  const replaced = new Set(second.names);
  return {
    get names() {
      return [...first.names.filter((name) => !replaced.has(name)), ...second.names];
    },
    after: (beginning) => [
      ...first.after(beginning).filter((end) => !replaced.has(beginning + end)),
      ...second.after(beginning),
    ],
    get: (name) => second.get(name) ?? first.get(name),
    all: () => [...first.all().filter(({ name }) => !replaced.has(name)), ...second.all()],
    leadTo: (commit) => first.leadTo(commit) || second.leadTo(commit),
  };
}
