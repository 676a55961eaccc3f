import type { StoredManifest } from '../../ports/registry.ts';

/** Blobs that images which were read name: most likely their repository has them. */
export interface NamedBlobs {
  add(repository: string, manifest: StoredManifest): void;
  has(repository: string, digest: string): boolean;
}

export function namedBlobs(): NamedBlobs {
  const known = new Set<string>();
  return {
    add(repository, { bytes }) {
      for (const [digest] of bytes.toString('latin1').matchAll(/sha256:[0-9a-f]{64}/g)) {
        known.add(`${repository}@${digest}`);
      }
    },
    has: (repository, digest) => known.has(`${repository}@${digest}`),
  };
}
