import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ContextContents, ContextLayerName } from '../workspace/contextContents.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { contextTar, entriesTar } from './contextTar.ts';

/** Digest (`sha256:…`) and size in bytes of a tar. */
export interface TarDigest {
  digest: string;
  size: number;
}

export interface LayerDigest extends TarDigest {
  name: ContextLayerName;
  /** Folder in the context. */
  prefix: string;
  files: number;
}

/** Digests of a context's tar and of a tar of each layer alone. Reads every file, one at a time. */
export async function contextDigests(
  contents: ContextContents,
  snapshot: Snapshot,
): Promise<TarDigest & { layers: LayerDigest[] }> {
  const layers: LayerDigest[] = [];
  for (const { name, prefix, entries } of contents.layers) {
    layers.push({ name, prefix, files: entries.length, ...(await tarDigest(entriesTar(entries, snapshot))) });
  }
  return { ...(await tarDigest(contextTar(contents, snapshot))), layers };
}

async function tarDigest(tar: Readable): Promise<TarDigest> {
  const sum = createHash('sha256');
  let size = 0;
  for await (const chunk of tar as AsyncIterable<Buffer>) {
    sum.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${sum.digest('hex')}`, size };
}
