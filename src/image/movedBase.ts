import type { ImageStore } from '../ports/registry.ts';
import { parseJson } from './blobs.ts';
import type { Place } from './copyImage.ts';
import { type ImageIndex, type ImageManifest, isIndex } from './imageFormat.ts';
import { parseReference } from './parseReference.ts';

const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';

/**
 * The base image whose tag leads elsewhere by now than when this image was made, or null: it does not, or the image
 * does not say what it was made of, or the base's registry does not answer. A base named by digest never moves.
 */
export async function movedBase(
  place: Place,
  digest: string,
  openStore: (host: string) => Promise<ImageStore>,
): Promise<string | null> {
  try {
    const { [BASE_NAME]: name, [BASE_DIGEST]: then } = await annotationsOf(place, digest);
    if (name === undefined || then === undefined || name.includes('@')) return null;
    const { host, repository, tag } = parseReference(name);
    const now = await (await openStore(host)).getManifest(repository, tag ?? 'latest');
    return now === null || now.digest === then ? null : name;
  } catch {
    // It is worth a word, and not a failed release.
    return null;
  }
}

async function annotationsOf(place: Place, digest: string): Promise<Record<string, string>> {
  const stored = await place.store.getManifest(place.repository, digest);
  if (stored === null) return {};
  if (!isIndex(stored.mediaType)) return parseJson<ImageManifest>(stored.bytes, digest).annotations ?? {};
  const [first] = parseJson<ImageIndex>(stored.bytes, digest).manifests;
  return first === undefined ? {} : annotationsOf(place, first.digest);
}
