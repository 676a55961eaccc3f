import type { LastRelease } from '../changes/serviceChange.ts';
import { identityTagOf } from '../plan/imageReference.ts';
import type { ImageStore } from '../ports/registry.ts';

/** Has the store get ready for a service's image, which shares most of its layers with the last release's. */
export function preparePush(store: ImageStore, repository: string, lastRelease: LastRelease | null): void {
  const identity = lastRelease?.identity ?? null;
  store.preparePush(repository, ...(identity === null ? [] : [identityTagOf(identity)]));
}
