import { once } from '../../once.ts';
import type { FileEntry } from '../../ports/git.ts';
import { sha256 } from '../../sha256.ts';
import type { ContextEntry, ContextPart } from '../contextContents.ts';

/** A part with the key that `makeKey` gives; both functions run at most once. */
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
    folder,
    entries,
    entry: (path) => (path.startsWith(folder) ? byPath().get(path) : undefined),
  };
}

/** A file that shipyarn writes. `identity` stands for the content where part of it does not count. */
export function writtenPart(path: string, content: () => Buffer, identity?: () => string): ContextPart {
  const key = () => sha256(`${path}\n${identity?.() ?? sha256(content())}`);
  const from = { content, ...(identity && { identity }) };
  return contextPart(key, () => [{ path, mode: '100644', from }], path);
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
