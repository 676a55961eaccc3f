import type { EngineMessage } from './engine.ts';

export interface Bake {
  /** The bake file, as JSON. */
  file: string;
  /** Folder that the file's contexts stand in; a file of its own may be written there. */
  folder: string;
  /** Target in the file that is built. */
  target: string;
  /** Name of a buildx builder; null: the current one. */
  builder: string | null;
  /** Values of the environment variables that the file takes secrets from. */
  secretVariables: Readonly<Record<string, string>>;
  onStatus: (status: Extract<EngineMessage, { kind: 'status' }>) => void;
  signal: AbortSignal;
}

/** `said`: what buildx wrote beside the progress. `unreachable`: the builder was given up, whatever was said. */
export type BakeResult =
  | { ok: true; digest: string; mediaType: string }
  | { ok: false; said: string; unreachable?: true };

/** The buildx command. */
export interface Buildx {
  /** Rejects, with the way out, where it is not installed. */
  check(): Promise<void>;
  bake(bake: Bake): Promise<BakeResult>;
}
