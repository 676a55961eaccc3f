import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { oncePer } from '../../oncePer.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { LockfileSlice } from '../lockfile/lockfileSlice.ts';
import type { Project } from '../project.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * The folder in the repo in which package archives may be committed, or null: `cacheFolder` (zero-install), under
 * Yarn 1 `yarn-offline-mirror`. Yarn 1 puts there what it downloads, too.
 */
export const archiveFolder: (project: Project) => Promise<string | null> = oncePer(findArchiveFolder);

async function findArchiveFolder({ yarn, settings, snapshot }: Project): Promise<string | null> {
  const named =
    yarn.family === 'classic' ? await offlineMirror(snapshot) : (settings.cacheFolder ?? '.yarn/cache');
  const folder = posix.normalize(named ?? '/').replace(/\/$/, '');
  return folder.startsWith('..') || folder.startsWith('/') || folder === '' ? null : folder;
}

/** Yarn's own file counts before npm's (`Config#getOfflineMirrorPath`). */
async function offlineMirror(snapshot: Snapshot): Promise<string | null> {
  for (const file of ['.yarnrc', '.npmrc']) {
    const text = (await snapshot.read(file))?.toString('utf8') ?? '';
    const [, quoted, bare] = /^\s*"?yarn-offline-mirror"?[\s=]+(?:"([^"]*)"|(\S+))/m.exec(text) ?? [];
    if (bare === 'false') return null;
    const path = quoted ?? bare;
    if (path !== undefined) return path;
  }
  return null;
}

/** Whether installs run from committed archives alone (zero-install). */
export async function isZeroInstall(project: Project): Promise<boolean> {
  const folder = project.yarn.family === 'classic' ? null : await archiveFolder(project);
  if (folder === null) return false;
  return (await project.snapshot.children(folder)).some(({ name }) => name.endsWith('.zip'));
}

/** The committed archives of a slice's packages, and no others. */
export async function archiveFiles(
  project: Project,
  slice: Pick<LockfileSlice, 'locators'>,
): Promise<FileEntry[]> {
  const folder = await archiveFolder(project);
  const children = folder === null ? [] : await project.snapshot.children(folder);
  if (children.length === 0) return [];
  const isWanted = project.yarn.family === 'classic' ? mirrored(slice) : cached(slice);
  return children.flatMap(({ name, mode, oid }) =>
    mode !== '040000' && isWanted(name) ? [{ path: `${folder}/${name}`, mode, oid }] : [],
  );
}

function cached(slice: Pick<LockfileSlice, 'locators'>): (name: string) => boolean {
  const wanted = new Set(slice.locators().map(({ name, reference }) => locatorHash(name, reference)));
  return (name) => wanted.has(/-([0-9a-f]{10})-[^-]+\.zip$/.exec(name)?.[1] ?? '');
}

/** `TarballFetcher#getTarballMirrorPath` and `GitFetcher#getTarballMirrorPath` in Yarn 1. */
function mirrored(slice: Pick<LockfileSlice, 'locators'>): (name: string) => boolean {
  const wanted = new Set(
    slice.locators().flatMap(({ reference }) => {
      const [address = '', commit = ''] = reference.split('#');
      const path = address.replace(/^[\w+]+:\/\/[^/]*|\?.*$/g, '');
      const [, scope, packed] =
        /\/(?:(@[^/]+)(?:\/|%2f))?[^/]+\/(?:-|_attachments)\/(?:@[^/]+\/)?([^/]+)$/.exec(path) ?? [];
      const name = packed ?? posix.basename(path).replace(/^:/, '');
      return [scope === undefined ? name : `${scope}-${name}`, `${name}-${commit}`];
    }),
  );
  return (name) => wanted.has(name);
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
