import { inputFailure } from '../errors.ts';

/** An image reference taken apart. */
export interface Reference {
  /** `docker.io`, `127.0.0.1:5000`. */
  host: string;
  /** Without the host: `library/node`. */
  repository: string;
  /** Null where only a digest is given; `latest` where neither is. */
  tag: string | null;
  /** `sha256:…`, or null. */
  digest: string | null;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Reads `node:20-slim`, `registry.example.com/team/node@sha256:…`. Source: distribution/reference, `reference.go`. */
export function parseReference(text: string): Reference {
  const [named = '', digest = null] = text.split('@') as [string, string?];
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : null;
  const { host, repository } = splitHost(tagged ? named.slice(0, colon) : named);
  const valid =
    repository.split('/').every((component) => COMPONENT.test(component)) &&
    (tag === null || TAG.test(tag)) &&
    (digest === null || /^sha256:[0-9a-f]{64}$/.test(digest));
  if (!valid) throw notAReference(text);
  return { host, repository, tag: tag ?? (digest === null ? 'latest' : null), digest };
}

/** Splits `registry.example.com/team/api` or `team/api`; without a host it is Docker Hub. */
export function splitHost(name: string): { host: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  if (first.includes('.') || first.includes(':') || first === 'localhost') {
    return { host: first, repository: name.slice(slash + 1) };
  }
  return { host: 'docker.io', repository: slash === -1 ? `library/${name}` : name };
}

function notAReference(text: string) {
  return inputFailure({
    reason: 'image-reference-invalid',
    message: `\`${text}\` is no valid image reference.`,
    hint: 'Write it as `registry.example.com/team/name:tag` or `name@sha256:…`, in lower case.',
  });
}
