import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { BuildRequest } from '../../ports/builder.ts';
import type { ContextLayer, ContextLayerName } from '../../workspace/contextContents.ts';
import type { LayerEntry } from './layer.ts';

/** The files of one context, read layer by layer when they are asked for. */
export interface ContextFiles {
  /** Paths are the repo's own, without the layer's prefix. Empty where the context has no such layer. */
  of(name: ContextLayerName): Promise<readonly LayerEntry[]>;
}

/** Takes a context apart. The files of a layer that was asked for are held in memory. */
export function contextFiles({ contents, contextTar }: BuildRequest): ContextFiles {
  const known = new Map<ContextLayerName, Promise<LayerEntry[]>>();
  const read = (name: ContextLayerName): Promise<LayerEntry[]> => {
    const layer = contents.layers.find((candidate) => candidate.name === name);
    const files = known.get(name) ?? (layer === undefined ? [] : readLayer(layer, contextTar([name])));
    known.set(name, Promise.resolve(files));
    return Promise.resolve(files);
  };
  return { of: read };
}

async function readLayer({ prefix, entries }: ContextLayer, tar: Readable): Promise<LayerEntry[]> {
  const wanted = new Set(entries.map(({ path }) => path));
  const inside = prefix === '' ? 0 : prefix.length + 1;
  const files: LayerEntry[] = [];
  const unpacked = extract();
  tar.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  for await (const entry of unpacked) {
    const { name, type, mode = 0, linkname } = entry.header;
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (!wanted.has(name)) continue;
    const path = name.slice(inside);
    if (type === 'symlink') files.push({ path, type, target: linkname ?? '' });
    else if (type === 'file') {
      files.push({ path, type, executable: (mode & 0o100) !== 0, content: Buffer.concat(chunks) });
    }
  }
  return files;
}
