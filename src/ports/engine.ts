import type { Readable } from 'node:stream';

/** What a registry takes from the engine: a name and password, or an identity token. */
export type EngineCredentials = { username: string; password: string } | { identityToken: string };

/** One step of a build as BuildKit reports it: a node of its graph. */
export interface BuildVertex {
  digest: string;
  /** As shown to people: `[build 3/5] RUN yarn install`. */
  name: string;
  cached: boolean;
  /** Milliseconds since 1970; null: not yet. */
  started: number | null;
  completed: number | null;
  /** Empty while nothing failed. */
  error: string;
}

/** What an engine says while it builds or pushes; one line of its answer each. */
export type EngineMessage =
  | { kind: 'status'; vertices: BuildVertex[]; logs: { vertex: string; text: string }[] }
  | { kind: 'image'; id: string }
  | { kind: 'pushed'; digest: string }
  | { kind: 'progress'; text: string }
  | { kind: 'error'; message: string };

export interface EngineBuild {
  /** The context as a tar. */
  context: Readable;
  /** Path of the Dockerfile in the context. */
  dockerfile: string;
  /** Names that the image gets once it is whole: `registry.example.com/team/api:abc`. */
  references: readonly string[];
  buildArguments: Readonly<Record<string, string>>;
  /** `linux/arm64`; null: the engine's own. */
  platform: string | null;
  /** Images whose inline cache may be used. */
  cacheFrom: readonly string[];
  /** Look base images up in their registry even where the engine has them. */
  pull: boolean;
  secrets: ReadonlyMap<string, Buffer>;
  /** Asked while the build pulls; hosts as in image references. Null there: anonymous. */
  credentialsFor(host: string): Promise<EngineCredentials | null>;
  signal: AbortSignal;
}

export interface EngineImage {
  /** `sha256:…` of the config, or of the manifest where the engine has the containerd store. */
  id: string;
  os: string;
  architecture: string;
  /** Diff ids of the layers, the lowest first. */
  layers: string[];
  /** As in `docker run -p`: `8080/tcp`. */
  exposedPorts: string[];
  labels: Record<string, string>;
}

/** One line of an image's history, the newest first. */
interface ImageHistoryLine {
  createdBy: string;
  /** Bytes; 0 for a line that made no layer. */
  size: number;
}

/** A Docker Engine, as far as shipyarn uses one. */
export interface Engine {
  /** For people: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** Rejects where none answers (`no-engine`). */
  describe(): Promise<{ version: string; os: string; architecture: string }>;
  /** Gives the answer line by line; a failed build is a message, a refused request rejects. */
  build(build: EngineBuild): AsyncIterable<EngineMessage>;
  push(
    reference: string,
    options: { credentials: EngineCredentials | null; signal: AbortSignal },
  ): AsyncIterable<EngineMessage>;
  /** Gives an image one more name. */
  tag(image: string, reference: string): Promise<void>;
  inspect(reference: string): Promise<EngineImage | null>;
  history(reference: string): Promise<ImageHistoryLine[]>;
  removeReference(reference: string): Promise<void>;
  /** The image as `docker save` writes it. */
  exportImage(reference: string): Promise<Readable>;
  /** Takes an archive as `docker load` does. */
  load(archive: Readable): Promise<void>;
  /** Makes an image of one layer from a root filesystem's tar; `changes` are Dockerfile instructions. */
  importRootfs(rootfs: Readable, reference: string, changes: readonly string[]): Promise<void>;
}

/** An engine with what it needs from this machine. */
export interface EngineAccess {
  engine: Engine;
  /** For one host as image references name it; null: none configured. */
  credentialsFor(host: string): Promise<EngineCredentials | null>;
  /** Gives the engine the base image made of this machine's Node, and its name. */
  importHostBase(): Promise<string>;
}
