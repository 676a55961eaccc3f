import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { type RootEntry, RootFileSystem } from '../../src/image/rootFileSystem.ts';
import { tempDir } from '../support/tempDir.ts';

/** Copies each path of a made-up folder full of symlinks by itself, and follows it in what was copied. */
export async function expectCopiedPathsToLeadToTheSameFiles(seed: number): Promise<void> {
  const paths = await symlinkTree(seed);
  for (const copied of paths) {
    const image = new RootFileSystem();
    await image.copyWithLinks(copied);
    const entries = image.entries();
    const unresolved = [...entries.keys()].filter(
      (name) => entries.get(path.dirname(name))?.type === 'symlink',
    );
    expect(unresolved, `what is copied for ${copied} stands behind a symlink`).toEqual([]);
    expect(resolveInImage(entries, copied), copied).toMatchObject({
      type: 'file',
      source: await realpath(copied),
    });
  }
}

/** Numbers from 0 to `below`, the same for the same seed (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * A folder with files, and symlinks to files and folders: relative and absolute, through other links and `..`.
 * Gives every path in it that leads to a file.
 */
async function symlinkTree(seed: number): Promise<string[]> {
  const below = seeded(seed);
  const root = await tempDir('links');
  const folders = ['', 'a', 'a/b', 'c'].map((folder) => path.join(root, folder));
  const files: string[] = [];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `file${files.length}`);
    await writeFile(file, file);
    files.push(file);
  }
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  for (let n = 0; n < 8; n++) {
    const link = `${pick(folders)}/link${n}`;
    const toFolder = below(2) === 0;
    // Not normalised: `folder/../file` through a linked folder is another place than it looks.
    const around = below(3) === 0 ? `${pick(folders)}/../${path.basename(root)}` : undefined;
    const target = toFolder ? pick(folders) : pick(files);
    const written =
      around ?? (below(2) === 0 ? target : path.relative(await realpath(path.dirname(link)), target));
    await symlink(written || '.', link);
    const leadsTo = await realpath(link).catch(() => undefined);
    if (leadsTo === undefined) continue;
    if (files.includes(leadsTo)) files.push(link);
    else if (folders.includes(leadsTo)) folders.push(link);
  }
  const all = folders.flatMap((folder) => files.map((file) => path.join(folder, path.basename(file))));
  const existing = await Promise.all(
    all.map(async (file) => ((await realpath(file).catch(() => null)) ? file : null)),
  );
  return [...files, ...existing.filter((file) => file !== null)];
}

/** Follows a path through the entries alone, as the kernel does in a container; gives the file that it leads to. */
function resolveInImage(entries: ReadonlyMap<string, RootEntry>, start: string): RootEntry | undefined {
  const pending = start.split('/');
  let here = '/';
  for (let steps = 0; pending.length > 0 && steps < 1_000; steps++) {
    const name = pending.shift() ?? '';
    const next = path.posix.join(here, name);
    const entry = entries.get(next);
    if (entry?.type === 'symlink') {
      pending.unshift(...entry.target.split('/'));
      if (entry.target.startsWith('/')) here = '/';
    } else if (entry === undefined && next !== '/') {
      return undefined;
    } else here = next;
  }
  return entries.get(here);
}
