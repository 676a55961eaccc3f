/** `repository:tag@digest`, each part as written; `prefix` is what Kustomize puts before (`old-name=`). */
export interface ImageReference {
  prefix: string;
  repository: string;
  imageTag: string | null;
  digest: string | null;
}

/** The reference grammar of the distribution project, lower-case repository with an optional host and port. */
const grammar =
  /^((?:[\w.\-/]+=)?)((?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Reads an image reference; null where the text is none. */
export function parseImageReference(text: string): ImageReference | null {
  const found = grammar.exec(text);
  if (found === null) return null;
  const [, prefix = '', repository = '', imageTag = null, digest = null] = found;
  return { prefix, repository, imageTag, digest };
}

/**
 * One spelling per repository: Docker Hub's host and its `library/` may be left out of a reference.
 * @see https://github.com/distribution/reference/blob/main/normalize.go
 */
export function normalRepository(repository: string): string {
  const slash = repository.indexOf('/');
  const host = slash === -1 ? '' : repository.slice(0, slash);
  const hosted = /[.:]/.test(host) || host === 'localhost';
  if (!hosted) return `docker.io/${slash === -1 ? 'library/' : ''}${repository}`;
  const [name, path] = [host.toLowerCase(), repository.slice(slash + 1)];
  if (name !== 'docker.io' && name !== 'index.docker.io') return `${name}/${path}`;
  return `docker.io/${path.includes('/') ? '' : 'library/'}${path}`;
}

/** The tag and digest of a value that holds a tag alone: `1.2.3@sha256:…`. */
export function splitPinnedTag(value: string): { imageTag: string; digest: string | null } {
  const at = value.indexOf('@');
  return at === -1
    ? { imageTag: value, digest: null }
    : { imageTag: value.slice(0, at), digest: value.slice(at + 1) };
}
