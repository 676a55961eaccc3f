import { posix } from 'node:path';
import { oncePer } from '../../oncePer.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Snapshot } from '../snapshot.ts';

const chainsIn = oncePer((_: Snapshot) => new Map<string, Promise<FileEntry[]>>());

/** Whether a file is where a chain may start. */
export function isTsconfig(path: string): boolean {
  return /(^|\/)tsconfig[^/]*\.json$/.test(path);
}

/**
 * Files that some tsconfig files reach by `extends`, however long the chain, those files themselves left out.
 * Packages named by `extends` come with the install. Looked for once in a snapshot.
 */
export function tsconfigChain(snapshot: Snapshot, starts: readonly string[]): Promise<FileEntry[]> {
  const known = chainsIn(snapshot);
  const key = starts.join('\n');
  const chain = known.get(key) ?? findChain(snapshot, starts);
  known.set(key, chain);
  return chain;
}

async function findChain(snapshot: Snapshot, starts: readonly string[]): Promise<FileEntry[]> {
  const pending = [...starts];
  const seen = new Map<string, FileEntry | null>(pending.map((path) => [path, null]));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const target of await extended(snapshot, path)) {
      const file = await resolve(snapshot, posix.join(posix.dirname(path), target));
      if (file === null || seen.has(file.path)) continue;
      seen.set(file.path, file);
      pending.push(file.path);
    }
  }
  return [...seen.values()].filter((file) => file !== null);
}

/** TypeScript takes `extends` with and without `.json` (its `getExtendsConfigPath`). */
async function resolve(snapshot: Snapshot, path: string): Promise<FileEntry | null> {
  for (const candidate of [path, `${path}.json`]) {
    const entry = candidate.startsWith('..') ? null : await snapshot.entry(candidate);
    if (entry !== null && entry.mode !== '040000')
      return { path: candidate, mode: entry.mode, oid: entry.oid };
  }
  return null;
}

async function extended(snapshot: Snapshot, path: string): Promise<string[]> {
  const text = (await snapshot.read(path))?.toString('utf8') ?? '';
  const [, value] = /"extends"\s*:\s*("(?:[^"\\]|\\.)*"|\[[^\]]*\])/.exec(withoutComments(text)) ?? [];
  const names = [...(value ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name = '']) => name);
  return names.filter((name) => name.startsWith('.'));
}

/** tsconfig files are JSON with comments; a comment mark inside a string stays. */
export function withoutComments(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string) => string ?? '');
}
