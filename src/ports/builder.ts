import type { Readable } from 'node:stream';
import type { Report } from '../report/event.ts';
import type { ContextContents, ContextEntry } from '../workspace/contextContents.ts';
import type { LargeObject } from './git.ts';
import type { ImageStore } from './registry.ts';

/** A secret for the build: its id and its value, read at the last moment. */
export interface BuildSecret {
  id: string;
  value: Buffer;
}

export interface BuildRequest {
  contents: ContextContents;
  /** The context as an uncompressed tar; may be called again. */
  contextTar: () => Readable;
  /** Content of one of the context's files; may be called again. */
  openEntry: (entry: ContextEntry) => Promise<Buffer | LargeObject>;
  secrets: readonly BuildSecret[];
  target: {
    store: ImageStore;
    /** Without the registry's host: `team/api`. */
    repository: string;
    imageTag: string;
  };
  /** Names of images of the last release, with the registry: their layers may serve where a builder has no cache. */
  cacheFrom?: readonly string[];
  /** The one of them that a builder which made the last release itself still has by that name. */
  lastBuild?: string;
  /** Where the layers of all stages are kept for other builders, with the registry; default: in the image. */
  cacheTo?: string;
  /** Look the base image up in its registry even where the builder has one of that name. */
  refreshBase?: boolean;
  /** Seconds since 1970: the commit's time, for images that are put together here. */
  createdAt: number;
}

export interface BuiltImage {
  /** Digest of the image manifest or index under `target.imageTag` in the store. */
  digest: string;
  mediaType: string;
}

export interface BuildOptions {
  signal: AbortSignal;
  report: Report;
  /**
   * Resolves once the image is known to be needed; absent: it is. Until then a builder may get ready what costs little,
   * and send small blobs, which nothing points to yet.
   */
  wanted?: Promise<void>;
}

/** Builds contexts and leaves the images whole in the target's store; nothing is tagged there before it is whole. */
export interface Builder {
  readonly name: 'engine' | 'oci' | 'buildx';
  /** Rejects, with the way out, where this builder cannot work on this machine. */
  check(): Promise<void>;
  build(request: BuildRequest, options: BuildOptions): Promise<BuiltImage>;
  close(): Promise<void>;
}
