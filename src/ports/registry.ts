import type { Readable } from 'node:stream';

/** Size in bytes; digest as `sha256:<hex>`. The OCI image specification's content descriptor. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
  platform?: { os: string; architecture: string; variant?: string };
}

export interface StoredManifest {
  mediaType: string;
  digest: string;
  bytes: Buffer;
}

/**
 * One place that holds images: a registry over HTTP, or an OCI layout folder.
 * Source of the verbs: OCI distribution specification 1.1, "Workflow categories".
 */
export interface ImageStore {
  /** For people and image references: `registry.example.com/team`; for a layout its folder. */
  readonly location: string;
  /** Rejects with an explained failure where the credentials may not push to this repository. Writes nothing. */
  checkAccess(repository: string): Promise<void>;
  /**
   * Does ahead what a push of small blobs would begin with, in the background; what is refused is met again by the push.
   * `like` is the tag of an image that most likely has most of its blobs.
   */
  preparePush(repository: string, like?: string): void;
  /** By tag or digest; null where it does not exist. */
  getManifest(repository: string, reference: string): Promise<StoredManifest | null>;
  /** `reference` is a tag or the manifest's own digest. Gives the digest. */
  putManifest(
    repository: string,
    reference: string,
    manifest: { mediaType: string; bytes: Buffer },
  ): Promise<string>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  getBlob(repository: string, digest: string): Promise<Readable>;
  /** Uploads unless present; `mountFrom` names a repository of the same store that may hold it. `open` may be called again on a retry. */
  putBlob(
    repository: string,
    blob: { digest: string; size: number; open: () => Readable; mountFrom?: string },
  ): Promise<'present' | 'mounted' | 'uploaded'>;
  listTags(repository: string): Promise<readonly string[]>;
}
