import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { FileEntry } from '../../ports/git.ts';
import type { LockfileSlice } from '../lockfile/lockfileSlice.ts';
import type { Project } from '../project.ts';

/** The folder of committed package archives (zero-install), or null where there is none. */
export async function archiveFolder(project: Project): Promise<string | null> {
  if (project.yarn.family === 'classic') return null;
  const folder = posix.normalize(project.settings.cacheFolder ?? '.yarn/cache');
  if (folder.startsWith('..') || folder.startsWith('/')) return null;
  const children = await project.snapshot.children(folder);
  return children.some(({ name }) => name.endsWith('.zip')) ? folder : null;
}

/** The committed archives of a slice's packages, and no others. */
export async function archiveFiles(project: Project, slice: LockfileSlice): Promise<FileEntry[]> {
  const folder = await archiveFolder(project);
  if (folder === null) return [];
  const wanted = new Set(slice.locators().map(({ name, reference }) => locatorHash(name, reference)));
  const children = await project.snapshot.children(folder);
  return children.flatMap(({ name, mode, oid }) => {
    const [, hash = ''] = /-([0-9a-f]{10})-[^-]+\.zip$/.exec(name) ?? [];
    return wanted.has(hash) && mode !== '040000' ? [{ path: `${folder}/${name}`, mode, oid }] : [];
  });
}

/** First ten digits of a locator's hash, as in an archive's name (`structUtils.slugifyLocator` in @yarnpkg/core). */
function locatorHash(packageName: string, reference: string): string {
  const [scope, name] = packageName.startsWith('@') ? packageName.slice(1).split('/') : ['', packageName];
  const identHash = sha512(`${scope}${name}`);
  return sha512(`${identHash}${reference}`).slice(0, 10);
}

function sha512(text: string): string {
  return createHash('sha512').update(text).digest('hex');
}
