import type { BuildRequest } from '../../ports/builder.ts';
import type { ContextEntry, ContextLayerName } from '../../workspace/contextContents.ts';
import type { LayerEntry } from './layer.ts';

/** The files of one context, by layer. */
export interface ContextFiles {
  /** Paths are the repo's own, without the layer's prefix. Empty where the context has no such layer. */
  of(name: ContextLayerName): Promise<readonly LayerEntry[]>;
}

/** Takes a context apart. Files are opened when they are packed or written. */
export function contextFiles({ contents, openEntry }: BuildRequest): ContextFiles {
  const fileOf = async (entry: ContextEntry, path: string): Promise<LayerEntry> => {
    if (entry.mode !== '120000') {
      return { path, type: 'file', executable: entry.mode === '100755', open: () => openEntry(entry) };
    }
    return { path, type: 'symlink', target: String(await openEntry(entry)) };
  };
  return {
    async of(name) {
      const layer = contents.layers.find((candidate) => candidate.name === name);
      if (layer === undefined) return [];
      const inside = layer.prefix === '' ? 0 : layer.prefix.length + 1;
      return Promise.all(layer.entries.map((entry) => fileOf(entry, entry.path.slice(inside))));
    },
  };
}
