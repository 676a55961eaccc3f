import { parseImageReference, splitPinnedTag } from './imageReference.ts';
import type { YamlScalar } from './yamlTree.ts';

/**
 * A scalar that says which version of an image runs. `tag`: the tag alone, with or without `@sha256:…`;
 * `reference`: the whole `repository:tag@digest`; `digest`: a digest beside a tag.
 */
export interface TagSite {
  role: 'tag' | 'reference' | 'digest';
  /** The image as the file names it, in each spelling that it may stand for; empty where no name is near. */
  images: readonly string[];
  scalar: YamlScalar;
  /** How it was found, for people: `tag beside repository`. */
  found: string;
}

/** The tag that a site names now; empty where it names none. */
export function currentTag({ role, scalar }: TagSite): string {
  if (role === 'reference') return parseImageReference(scalar.text)?.imageTag ?? '';
  return role === 'tag' ? splitPinnedTag(scalar.text).imageTag : '';
}

/** The digest that a site pins now, or null. */
export function currentDigest({ role, scalar }: TagSite): string | null {
  if (role === 'reference') return parseImageReference(scalar.text)?.digest ?? null;
  return role === 'tag' ? splitPinnedTag(scalar.text).digest : scalar.text || null;
}

/** What a site says once it names this tag; a null digest leaves no pin. */
export function siteValue({ role, scalar }: TagSite, imageTag: string, digest: string | null): string {
  if (role === 'digest') return digest ?? '';
  const pinned = digest === null ? imageTag : `${imageTag}@${digest}`;
  if (role === 'tag') return pinned;
  const reference = parseImageReference(scalar.text);
  return reference === null ? pinned : `${reference.prefix}${reference.repository}:${pinned}`;
}
