import type { SharedBlobs } from './sharedBlobs.ts';

/** Bytes; what is smaller is sent in the time that the registry takes to say whether it is needed. */
const SMALL_BLOB = 256 * 1024;

/** Sends small blobs at once, and looks for all others, but sends them once the image is known to be needed. */
export function waitingBlobs(shared: SharedBlobs, wanted: Promise<void>): SharedBlobs {
  return {
    async put(store, repository, blob) {
      if (blob.size > SMALL_BLOB || blob.mountFrom !== undefined) {
        if (await store.hasBlob(repository, blob.digest)) return;
        // Before anybody else may wait for this upload.
        await wanted;
      }
      await shared.put(store, repository, blob);
    },
  };
}
