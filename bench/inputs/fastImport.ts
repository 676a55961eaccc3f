import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A commit as `git fast-import` takes it. */
export interface ImportedCommit {
  branch: string;
  message: string;
  /** Content by path. */
  files: ReadonlyMap<string, string>;
  /** Branch to start from, where the branch is new. */
  from?: string;
  /** Annotated tags on this commit. */
  tags?: readonly string[];
}

const person = 'Ada <ada@example.com>';
const firstSecond = 1_700_000_000;

/** Writes commits, a minute apart, into a repository: thousands a second (git-fast-import(1)). */
export function fastImport(repository: string, commits: Iterable<ImportedCommit>): Promise<void> {
  return feed(repository, commitTexts(commits));
}

/** Writes annotated tags, over those that are there. */
export function importTags(
  repository: string,
  tags: readonly { tag: string; commit: string; message: string }[],
): Promise<void> {
  const texts = tags.map(
    ({ tag, commit, message }) =>
      `tag ${tag}\nfrom ${commit}\ntagger ${person} ${firstSecond} +0000\n${data(message)}`,
  );
  return feed(repository, texts);
}

function* commitTexts(commits: Iterable<ImportedCommit>): Generator<string> {
  let seconds = firstSecond;
  for (const commit of commits) {
    seconds += 60;
    yield commitText(commit, seconds);
  }
}

async function feed(repository: string, texts: Iterable<string>): Promise<void> {
  const child = spawn('git', ['fast-import', '--quiet', '--force'], {
    cwd: repository,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'close');
  for (const text of texts) {
    if (!child.stdin.write(text)) await once(child.stdin, 'drain');
  }
  child.stdin.end('done\n');
  const [status] = await ended;
  if (status !== 0) throw new Error(`git fast-import: exit status ${status}`);
}

function commitText({ branch, message, files, from, tags = [] }: ImportedCommit, seconds: number): string {
  const when = `${person} ${seconds} +0000`;
  const start = from === undefined ? '' : `from refs/heads/${from}\n`;
  const changes = [...files].map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`);
  const tagged = tags.map(
    (tag) => `tag ${tag}\nfrom refs/heads/${branch}\ntagger ${when}\n${data(`${tag}\n`)}`,
  );
  return `commit refs/heads/${branch}\ncommitter ${when}\n${data(message)}${start}${changes.join('')}\n${tagged.join('')}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
