import { posix } from 'node:path';
import micromatch from 'micromatch';
import type { LayerEntry } from './layer.ts';
import type { Copy } from './plainDockerfile.ts';

/**
 * The files that a COPY puts into the image: a folder's content, or files by their names; `null` names a source that
 * the context does not have. Source: docs.docker.com/reference/dockerfile, "COPY".
 */
export function copyEntries(
  { sources, target, owner }: Copy,
  files: readonly LayerEntry[],
): { entries: LayerEntry[]; missing: string | null } {
  const folders = new Set(files.flatMap(({ path }) => parentsOf(path)));
  const places = sources.map((source) => matching(source, files, folders));
  const missing = sources.find((_source, n) => places[n]?.length === 0) ?? null;
  const many = target.endsWith('/') || places.flat().length > 1;
  const entries = places.flat().flatMap((place) => {
    const moved = folders.has(place)
      ? folderContent(place, target, files)
      : oneFile(place, target, many, files);
    return owner === 0 ? moved : moved.map((entry) => ({ ...entry, owner }));
  });
  return { entries, missing };
}

function folderContent(place: string, target: string, files: readonly LayerEntry[]): LayerEntry[] {
  const inside = place === '' ? 0 : place.length + 1;
  return filesBelow(place, files).map((file) => ({
    ...file,
    path: fromRoot(posix.join(target, file.path.slice(inside))),
  }));
}

function oneFile(place: string, target: string, many: boolean, files: readonly LayerEntry[]): LayerEntry[] {
  const path = fromRoot(many ? posix.join(target, posix.basename(place)) : target);
  return files.filter((file) => file.path === place).map((file) => ({ ...file, path }));
}

function fromRoot(path: string): string {
  return path.replace(/^\/+/, '');
}

/** Files and folders of the context that a source names; a pattern matches within one level, as Go's `path.Match`. */
function matching(source: string, files: readonly LayerEntry[], folders: ReadonlySet<string>): string[] {
  if (source === '' || source === '.') return [''];
  const candidates = [...folders, ...files.map(({ path }) => path)].filter((path) => path !== '');
  if (candidates.includes(source)) return [source];
  return /[*?[]/.test(source)
    ? micromatch(candidates, source, { dot: true, nobrace: true, noext: true })
    : [];
}

function filesBelow(folder: string, files: readonly LayerEntry[]): LayerEntry[] {
  return folder === '' ? [...files] : files.filter(({ path }) => path.startsWith(`${folder}/`));
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_part, n) => parts.slice(0, n + 1).join('/'))];
}
