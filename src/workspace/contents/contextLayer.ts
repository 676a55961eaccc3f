import { once } from '../../once.ts';
import { sha256 } from '../../sha256.ts';
import type { ContextEntry, ContextLayer, ContextLayerName, ContextPart } from '../contextContents.ts';
import { compareBytes } from '../snapshot.ts';

/** A layer of parts below a folder of the context; where two parts hold a path, the first wins. */
export function contextLayer(
  name: ContextLayerName,
  prefix: string,
  parts: readonly ContextPart[],
): ContextLayer {
  const key = once(() => sha256(parts.map((part) => part.key).join('\n')));
  const entries = once(() => joined(parts, prefix));
  return {
    name,
    prefix,
    get key() {
      return key();
    },
    get entries() {
      return entries();
    },
    parts,
    entry(path) {
      for (const part of parts) {
        const found = part.entry(path);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

function joined(parts: readonly ContextPart[], prefix: string): ContextEntry[] {
  const byPath = new Map<string, ContextEntry>();
  for (const entry of parts.flatMap((part) => part.entries())) {
    const path = prefix === '' ? entry.path : `${prefix}/${entry.path}`;
    if (!byPath.has(path)) byPath.set(path, { ...entry, path });
  }
  return [...byPath.values()].sort((a, b) => compareBytes(a.path, b.path));
}
