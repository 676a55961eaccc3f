import { hash } from 'node:crypto';

/** SHA-256 in hex of what is in memory; text counts as UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** The same as the OCI image specification writes a digest: `sha256:…`. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${sha256(content)}`;
}
