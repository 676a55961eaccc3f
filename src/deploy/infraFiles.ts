import { oncePer } from '../oncePer.ts';
import type { InfraRepo } from '../ports/infraRepo.ts';
import type { FileSelection } from './selectFiles.ts';

/** A file of an infra repo, by content id. */
export interface InfraFile {
  path: string;
  oid: string;
  text: string;
}

export interface InfraFiles {
  /** The selected files of a commit, and `extra` ones where they exist, sorted by path. */
  read(commit: string, selection: FileSelection, extra?: readonly string[]): Promise<InfraFile[]>;
}

interface Entry {
  path: string;
  oid: string;
  mode: string;
}

interface Folder {
  path: string;
  oid: string;
  /** All trees below are in the clone. */
  whole: boolean;
}

/** The files of an infra repo: whoever asks for them again finds there what was fetched before. */
export const infraFilesOf: (repo: InfraRepo) => InfraFiles = oncePer(openFiles);

/**
 * Reads files of a clone that holds next to nothing: the folders on the way to them are fetched one level after
 * the other, a selected folder with all below it at once; of a later commit, only what is new.
 */
function openFiles(repo: InfraRepo): InfraFiles {
  const { objects, history } = repo.git;
  const present = new Set<string>();
  const texts = new Map<string, Promise<string>>();

  const fetch = async (oids: readonly string[], how: 'alone' | 'trees-below') => {
    const missing = [...new Set(oids)].filter((oid) => !present.has(oid));
    if (missing.length > 0) await repo.fetchObjects(missing, how);
    for (const oid of missing) present.add(oid);
  };

  const entriesOf = async (folder: Folder): Promise<Entry[]> => {
    const entries = await objects.readTree(folder.oid);
    const prefix = folder.path === '' ? '' : `${folder.path}/`;
    return entries.map(({ name, mode, oid }) => ({ path: prefix + name, oid, mode }));
  };

  const list = async (level: readonly Folder[]): Promise<Entry[]> => {
    for (const { oid, whole } of level) if (whole) present.add(oid);
    const oids = level.map(({ oid }) => oid);
    await fetch(oids, 'alone');
    return (await Promise.all(level.map(entriesOf))).flat();
  };

  const findFiles = async (root: string, selection: FileSelection, extra: readonly string[]) => {
    const way = wayTo([...selection.folders, ...selection.files, ...extra]);
    const wanted = new Set([...selection.files, ...extra]);
    const inside = (path: string) => selection.folders.some((folder) => isInside(path, folder));
    const found: Entry[] = [];
    const first = present.size === 0;
    let level: Folder[] = [{ path: '', oid: root, whole: false }];
    while (level.length > 0) {
      const selected = level.filter(({ path, whole }) => first && !whole && inside(path));
      await fetch(
        selected.map(({ oid }) => oid),
        'trees-below',
      );
      for (const folder of selected) folder.whole = true;
      const wholes = new Set(level.filter(({ whole }) => whole).map(({ path }) => path));
      const entries = await list(level);
      found.push(
        ...entries.filter(
          (entry) => isFile(entry) && (wanted.has(entry.path) || selection.matches(entry.path)),
        ),
      );
      level = entries
        .filter(({ path, mode }) => mode === '040000' && (way.has(path) || inside(path)))
        .map(({ path, oid }) => ({ path, oid, whole: wholes.has(parentOf(path)) }));
    }
    return found;
  };

  const textOf = (oid: string): Promise<string> => {
    const text = texts.get(oid) ?? objects.read(oid).then((content) => content.toString('utf8'));
    texts.set(oid, text);
    return text;
  };

  return {
    async read(commit, selection, extra = []) {
      const files = await findFiles(await history.treeOf(commit), selection, extra);
      const oids = files.map(({ oid }) => oid);
      await fetch(oids, 'alone');
      const read = await Promise.all(
        files.map(async ({ path, oid }) => ({ path, oid, text: await textOf(oid) })),
      );
      return read.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

/** Every path and the folders above it. */
function wayTo(paths: readonly string[]): Set<string> {
  return new Set(
    paths.flatMap((path) => {
      const parts = path.split('/');
      return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    }),
  );
}

function isInside(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function isFile({ mode }: Entry): boolean {
  return mode === '100644' || mode === '100755';
}
