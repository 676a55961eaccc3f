import type { ContextContents } from '../../workspace/contextContents.ts';
import type { LayerEntry } from './layer.ts';

/** Files of a context: those of dependency workspaces, and the service's own with the root files. */
export interface SourceFiles {
  dependencies: readonly LayerEntry[];
  service: readonly LayerEntry[];
}

/** The files of one source layer: a dependency workspace's, or the service's with the root files. */
export interface SourceLayer {
  title: string;
  entries: readonly LayerEntry[];
}

/**
 * One layer for each workspace of the run-time closure, the service last. `built` holds the workspaces' files after
 * the build scripts ran; null: there was nothing to build, and the context's own files are taken.
 */
export function sourceLayers(
  contents: ContextContents,
  { dependencies, service }: SourceFiles,
  built: ReadonlyMap<string, readonly LayerEntry[]> | null,
): SourceLayer[] {
  const sources = [...dependencies, ...service];
  const folders = contents.runtime.map(({ path }) => path);
  const rootFiles = service.filter(({ path }) => ownerOf(path, folders) === null);
  return contents.runtime.map(({ path }) => {
    const own = built?.get(path) ?? sources.filter((entry) => ownerOf(entry.path, folders) === path);
    const isService = path === contents.service.path;
    return { title: path, entries: isService ? [...rootFiles, ...own] : own };
  });
}

/** The innermost workspace folder that holds a path, or null. */
function ownerOf(path: string, folders: readonly string[]): string | null {
  let owner: string | null = null;
  for (const folder of folders) {
    const inside = folder === '' || path.startsWith(`${folder}/`);
    if (inside && (owner === null || folder.length > owner.length)) owner = folder;
  }
  return owner;
}
