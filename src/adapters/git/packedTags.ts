import { once } from '../../once.ts';
import type { GitTag, GitTags } from '../../ports/gitTags.ts';

/**
 * The tags in the text of a `packed-refs` file: lines `<oid> <ref>`, each followed by `^<commit>` where the tag is
 * annotated. There may be thousands: patterns over the whole text take a tenth of what a walk from line to line does.
 * Null: the file does not say what every tag leads to, has no order, or was cut off.
 * @see https://git-scm.com/docs/git-pack-refs and `write_with_updates` in Git's refs/packed-backend.c
 */
export function packedTags(text: string): GitTags | null {
  const isOrdered = /^# pack-refs with:.* fully-peeled .*sorted/.test(text) && text.endsWith('\n');
  if (text !== '' && !isOrdered) return null;
  const told = new Map<string, boolean>();
  const isNamed = once(() => {
    const commits = new Set(text.match(/(?<=^\^).+|^[0-9a-f]+(?= refs\/tags\/)/gm));
    return (commit: string) => commits.has(commit);
  });
  const isFound = (commit: string) =>
    text.includes(`\n^${commit}\n`) || text.includes(`\n${commit} ${prefix}`);
  const names = once(() => (text.match(/refs\/tags\/.+/g) ?? []).map((ref) => ref.slice(prefix.length)));
  return {
    get names() {
      return names();
    },
    after(beginning) {
      if (isAscii(beginning)) return endings(text, beginning);
      const own = names().filter((name) => name.startsWith(beginning));
      return own.map((name) => name.slice(beginning.length));
    },
    get: (name) => tagAt(text, findLine(text, prefix + name)),
    all: () => [...text.matchAll(/^.+ refs\/tags\//gm)].flatMap(({ index }) => tagAt(text, index) ?? []),
    leadTo(commit) {
      const answer = told.get(commit) ?? (told.size < fewCommits ? isFound(commit) : isNamed()(commit));
      told.set(commit, answer);
      return answer;
    },
  };
}

const prefix = 'refs/tags/';

/** For so many, to search the text takes less time than to list all that it names. */
const fewCommits = 32;

/** Git orders bytes: beyond ASCII that may be another order than that of strings here. */
function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** What follows `beginning` in the names of tags, which stand together. Only for ASCII. */
function endings(text: string, beginning: string): string[] {
  const ref = prefix + beginning;
  const found: string[] = [];
  for (let start = firstLine(text, ref); ; ) {
    const name = text.indexOf(' ', start) + 1;
    if (!text.startsWith(ref, name)) return found;
    const end = text.indexOf('\n', name);
    found.push(text.slice(name + ref.length, end));
    start = nextLine(text, end);
  }
}

/** Where the line of a ref begins; -1: nowhere. */
function findLine(text: string, ref: string): number {
  const start = firstLine(text, ref);
  if (text.startsWith(`${ref}\n`, text.indexOf(' ', start) + 1)) return start;
  const at = isAscii(ref) ? -1 : text.indexOf(` ${ref}\n`);
  return at === -1 ? -1 : lineStart(text, at);
}

/** Where the first line begins whose ref is not before this one. By halves, for to search the text takes as long as to read it. */
function firstLine(text: string, ref: string): number {
  let [from, to] = [0, text.length];
  while (from < to) {
    const start = lineStart(text, (from + to) >> 1);
    const end = text.indexOf('\n', start);
    const there = text.slice(text.indexOf(' ', start) + 1, end);
    if (text[start] !== '#' && there >= ref) to = start;
    else from = nextLine(text, end);
  }
  return from;
}

/** After the end of a line, and of the `^` line that belongs to it. */
function nextLine(text: string, end: number): number {
  return text[end + 1] === '^' ? text.indexOf('\n', end + 1) + 1 : end + 1;
}

/** Of the line around a position, or of the one that a `^` line belongs to. */
function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return text[start] === '^' ? text.lastIndexOf('\n', start - 2) + 1 : start;
}

function tagAt(text: string, start: number): GitTag | undefined {
  if (start === -1) return undefined;
  const end = text.indexOf('\n', start);
  const space = text.indexOf(' ', start);
  const oid = text.slice(start, space);
  const annotated = text[end + 1] === '^';
  const commit = annotated ? text.slice(end + 2, text.indexOf('\n', end + 1)) : oid;
  return { name: text.slice(space + 1 + prefix.length, end), oid, commit, annotated };
}
