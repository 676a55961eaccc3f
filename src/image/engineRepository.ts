import type { ImageStore } from '../ports/registry.ts';
import { splitHost } from './parseReference.ts';

/** True where the store is a folder in the OCI image layout and no registry. */
export function isLayout(store: Pick<ImageStore, 'location'>): boolean {
  return store.location.startsWith('oci:');
}

/** The name under which engines know a repository of the store: `registry.example.com/team/api`. */
export function engineRepository(store: Pick<ImageStore, 'location'>, repository: string): string {
  // A folder has no name that engines know: `.invalid` is no host anywhere (RFC 2606).
  const { host } = isLayout(store) ? { host: 'shipyarn.invalid' } : splitHost(`${store.location}/`);
  return `${host}/${repository}`;
}
