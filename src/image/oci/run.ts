import type { Report } from '../../report/event.ts';
import type { OciBuilderOptions } from './ociBuilder.ts';
import type { SharedBlobs } from './sharedBlobs.ts';

/** What one build gets from the builder that it runs in. */
export interface Run extends OciBuilderOptions {
  signal: AbortSignal;
  report: Report;
  shared: SharedBlobs;
  /** Resolves once the image is known to be needed: whatever takes long waits for it. */
  wanted: Promise<void>;
}

/** Takes note of work that goes on beside the rest, so that nothing of it outlives a failure. */
export type Start = <T>(started: Promise<T>) => Promise<T>;
