import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type GitTag, type GitTags, joinedTags, listedTags } from '../../ports/gitTags.ts';
import { packedTags } from './packedTags.ts';
import { readText } from './readText.ts';
import type { RepositoryPaths } from './repositoryPaths.ts';

/** So many loose tags take about as long to read as a process. */
const mostLoose = 64;

/**
 * The tags of a repository whose refs are files, without a process. Null: Git has to say, for they are kept in another
 * way, are many, or lead to something else than commits that are here.
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export async function plainTags(
  { commonDirectory }: RepositoryPaths,
  resolveCommit: (revision: string) => Promise<string | null>,
): Promise<GitTags | null> {
  if (/refstorage/i.test(readText(join(commonDirectory, 'config')) ?? '')) return null;
  // Before the packed ones: what is packed meanwhile is found there.
  const loose = looseTags(join(commonDirectory, 'refs/tags'));
  const packed = packedTags(readText(join(commonDirectory, 'packed-refs')) ?? '');
  if (loose === null || packed === null) return null;
  const found = await Promise.all([...loose].map(([name, oid]) => looseTag(name, oid, resolveCommit)));
  const known = found.filter((tag) => tag !== null);
  return known.length < found.length ? null : joinedTags(packed, listedTags(known));
}

/** Object ids by name; null: too many, or one that only Git can follow. */
function looseTags(folder: string): Map<string, string> | null {
  const tags = new Map<string, string>();
  const folders = [''];
  for (const within of folders) {
    for (const entry of entriesOf(join(folder, within))) {
      const name = `${within}${entry.name}`;
      if (entry.isDirectory()) folders.push(`${name}/`);
      else if (!name.endsWith('.lock')) {
        const oid = readText(join(folder, name))?.trim();
        if (oid === undefined) continue;
        if (!/^[0-9a-f]{40,}$/.test(oid) || tags.size >= mostLoose) return null;
        tags.set(name, oid);
      }
    }
  }
  return tags;
}

async function looseTag(
  name: string,
  oid: string,
  resolveCommit: (revision: string) => Promise<string | null>,
): Promise<GitTag | null> {
  const commit = await resolveCommit(oid);
  return commit === null ? null : { name, oid, commit, annotated: commit !== oid };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
