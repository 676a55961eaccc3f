import { once } from '../../once.ts';
import type { FileEntry } from '../../ports/git.ts';
import { sha256 } from '../../sha256.ts';
import type { ContextEntry } from '../contextContents.ts';

/** Some files of a context with a key that is cheap to compare; the key and the entries are made when asked for. */
export interface ContextPart {
  /** SHA-256 in hex over what the entries hold. */
  readonly key: string;
  entries(): readonly ContextEntry[];
  /** The entry at a path. */
  entry(path: string): ContextEntry | undefined;
}

/** A part with the key that `makeKey` gives; both functions run at most once. All paths begin with `folder`. */
export function contextPart(
  makeKey: () => string,
  list: () => readonly ContextEntry[],
  folder = '',
): ContextPart {
  const key = once(makeKey);
  const entries = once(list);
  const byPath = once(() => new Map(entries().map((entry) => [entry.path, entry])));
  return {
    get key() {
      return key();
    },
    entries,
    entry: (path) => (path.startsWith(folder) ? byPath().get(path) : undefined),
  };
}

/** A file that shipyarn writes. `identity` stands for the content where part of it does not count. */
export function writtenPart(path: string, content: () => Buffer, identity?: () => string): ContextPart {
  const key = () => sha256(`${path}\n${identity?.() ?? sha256(content())}`);
  return contextPart(key, () => [{ path, mode: '100644', from: { content } }], path);
}

/** Files as Git holds them, all of them below a folder that ends in `/`, where one is given. */
export function filesPart(files: readonly FileEntry[], folder?: string): ContextPart {
  const key = () => sha256(files.map(({ path, mode, oid }) => `${mode} ${oid} ${path}\n`).join(''));
  return contextPart(
    key,
    () => files.map(({ path, mode, oid }) => ({ path, mode: mode as ContextEntry['mode'], from: { oid } })),
    folder,
  );
}
