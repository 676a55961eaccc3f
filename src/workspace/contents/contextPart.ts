import { createHash } from 'node:crypto';
import type { FileEntry } from '../../ports/git.ts';
import type { ContextEntry } from '../contextContents.ts';

/** Some files of a context with a key that is cheap to compare; the entries are made when asked for. */
export interface ContextPart {
  /** SHA-256 in hex over what the entries hold. */
  key: string;
  entries(): readonly ContextEntry[];
}

/** A file that shipyarn writes. `identity` stands for the content where part of it does not count. */
export function writtenPart(path: string, content: () => Buffer, identity?: string): ContextPart {
  return {
    key: sha256(`${path}\n${identity ?? sha256(content())}`),
    entries: () => [{ path, mode: '100644', from: { content } }],
  };
}

/** Files as Git holds them. */
export function filesPart(files: readonly FileEntry[]): ContextPart {
  const hash = createHash('sha256');
  for (const { path, mode, oid } of files) hash.update(`${mode} ${oid} ${path}\n`);
  return {
    key: hash.digest('hex'),
    entries: () =>
      files.map(({ path, mode, oid }) => ({ path, mode: mode as ContextEntry['mode'], from: { oid } })),
  };
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
