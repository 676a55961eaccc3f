import { posix } from 'node:path';
import { ownValue } from '../../ownValue.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Workspace } from '../project.ts';
import type { Snapshot } from '../snapshot.ts';
import { wordsOf } from './installScripts.ts';
import { fileOrFolder } from './rootFiles.ts';

/**
 * Folders and files that a tool reads without being told, beside the workspace's package.json.
 * @see https://github.com/ds300/patch-package (`patches`), https://www.prisma.io/docs (`prisma/schema.prisma`)
 */
const readByTools: Readonly<Record<string, readonly string[]>> = {
  'patch-package': ['patches'],
  prisma: ['prisma', 'schema.prisma', 'prisma.config.ts'],
};

/** Without an extension Node takes the first of these that exists. */
const endings = ['', '.js', '.cjs', '.mjs', '.json', '/index.js'];

/**
 * Committed files that a workspace's scripts run or read: those they name by path, what these load by relative path,
 * and what well-known tools look for. Folders only where a tool looks for one.
 */
export async function installScriptFiles(
  snapshot: Snapshot,
  workspace: Workspace,
  scripts: Readonly<Record<string, string>>,
): Promise<FileEntry[]> {
  const words = new Set(Object.values(scripts).flatMap(wordsOf));
  const found = new Map<string, FileEntry>();
  const pending = [...words].map((word) => posix.join(workspace.path, word));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = await fileAt(snapshot, path);
    if (file === null || found.has(file.path)) continue;
    found.set(file.path, file);
    pending.push(...(await loadedBy(snapshot, file)));
  }
  for (const folder of toolFolders(words)) {
    for (const file of await fileOrFolder(snapshot, posix.join(workspace.path, folder))) {
      found.set(file.path, file);
    }
  }
  return [...found.values()];
}

function toolFolders(words: ReadonlySet<string>): string[] {
  const named = [...words];
  // `patch-package --patch-dir tools/patches`
  const patches = named[named.indexOf('--patch-dir') + 1];
  const told = words.has('--patch-dir') && patches !== undefined ? [patches] : [];
  return [...told, ...named.flatMap((word) => ownValue(readByTools, word) ?? [])];
}

async function fileAt(snapshot: Snapshot, path: string): Promise<FileEntry | null> {
  if (path.startsWith('..') || path.startsWith('/')) return null;
  for (const ending of endings) {
    const entry = await snapshot.entry(path + ending);
    if (entry !== null && entry.mode !== '040000')
      return { path: path + ending, mode: entry.mode, oid: entry.oid };
  }
  return null;
}

/** `require('./x')`, `import './x'`, `from './x'`, `import('./x')`. */
const relativeLoad = /(?:require\(|import\(|\bfrom\s|\bimport\s)\s*['"](\.{1,2}\/[^'"]+)['"]/g;

async function loadedBy(snapshot: Snapshot, { path, oid }: FileEntry): Promise<string[]> {
  if (!/\.[cm]?[jt]s$/.test(path)) return [];
  const text = (await snapshot.readObject(oid)).toString('utf8');
  return [...text.matchAll(relativeLoad)].map(([, target = '']) => posix.join(posix.dirname(path), target));
}
