import type { ImageStore } from '../../ports/registry.ts';

type Blob = Parameters<ImageStore['putBlob']>[1];

/** Uploads each blob once for each registry: further repositories of the same run mount it from the first. */
export interface SharedBlobs {
  put(store: ImageStore, repository: string, blob: Blob): Promise<void>;
}

export function sharedBlobs(): SharedBlobs {
  const homes = new Map<string, Promise<string>>();

  return {
    async put(store, repository, blob) {
      const key = `${store.location} ${blob.digest}`;
      const home = await homes.get(key)?.catch(() => undefined);
      if (home !== undefined) {
        await store.putBlob(repository, home === repository ? blob : { ...blob, mountFrom: home });
        return;
      }
      const first = store.putBlob(repository, blob).then(() => repository);
      homes.set(key, first);
      first.catch(() => homes.delete(key));
      await first;
    },
  };
}
