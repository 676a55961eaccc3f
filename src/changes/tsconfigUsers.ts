import { isTsconfig, tsconfigChain, withoutComments } from '../workspace/contents/tsconfigChain.ts';
import type { Workspace } from '../workspace/project.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { ChangedTree } from './mayDiffer.ts';

/** Names that a tsconfig may be extended by: other changes need no look at the chains. */
const tsconfigName = /(\.jsonc?|(^|\/)[^/.]+|(^|\/)[^/]*tsconfig[^/]*)$/;

/**
 * Workspaces whose tsconfig files reach a changed file outside their own folder; all of them where such a file
 * is gone, for then nothing tells any more who reached it.
 */
export async function tsconfigUsers({
  project,
  changed,
  before,
}: Pick<ChangedTree, 'project' | 'changed' | 'before'>): Promise<Workspace[]> {
  const { snapshot, workspaces } = project;
  const all = [...workspaces.values()];
  const named = [...changed].filter((path) => tsconfigName.test(path) && !path.endsWith('/package.json'));
  const candidates = await filtered(
    named,
    async (path) => (await mayBeTsconfig(snapshot, path)) || mayBeTsconfig(await before(), path),
  );
  if (candidates.length === 0) return [];
  const entries = await Promise.all(candidates.map((path) => snapshot.entry(path)));
  if (entries.includes(null)) return all;
  return filtered(all, async ({ path }) => {
    const files = await snapshot.files(path);
    const starts = files.flatMap((file) => (isTsconfig(file.path) ? file.path : []));
    return (await tsconfigChain(snapshot, starts)).some((file) => changed.has(file.path));
  });
}

async function filtered<T>(list: readonly T[], fits: (each: T) => Promise<boolean>): Promise<T[]> {
  const found = await Promise.all(list.map(fits));
  return list.filter((_, index) => found[index]);
}

/** An object that says nothing may be extended, too; other data may not (https://www.typescriptlang.org/tsconfig). */
async function mayBeTsconfig(snapshot: Snapshot, path: string): Promise<boolean> {
  const entry = await snapshot.entry(path);
  if (entry === null || entry.mode === '040000' || entry.mode === '160000') return false;
  const content = await snapshot.openObject(entry.oid);
  if (!Buffer.isBuffer(content)) return false;
  const text = withoutComments(content.toString('utf8'));
  return /^\s*\{/.test(text) && (!/"\s*:/.test(text) || tsconfigKey.test(text));
}

const tsconfigKey =
  /"(extends|compilerOptions|files|include|exclude|references|watchOptions|typeAcquisition|compileOnSave|display|\$schema)"\s*:/;
