import type { BuilderName } from '../config/settings.ts';
import type { FileEntry } from '../ports/git.ts';
import type { Linker, YarnFamily } from './project.ts';

/** One file of a context. `content` for what shipyarn writes (slices, normalised manifests), `oid` for what Git holds. */
export interface ContextEntry {
  /** Path in the context, `/` separated, no leading slash. */
  path: string;
  mode: Exclude<FileEntry['mode'], '160000'>;
  from: { oid: string } | WrittenContent;
}

/** What shipyarn writes. */
interface WrittenContent {
  content(): Buffer;
  /** Stands for the content in the identity, where that is less, or is known with less work. */
  identity?(): string;
}

/** Parts of a context that the Dockerfile copies one after the other, each cached until its own bytes change. */
export type ContextLayerName = 'manifests' | 'production' | 'dependencies' | 'service';

/** Some files of a layer. */
export interface ContextPart {
  /** SHA-256 in hex over what the entries hold: equal keys, equal files. */
  readonly key: string;
  /** What all paths begin with: a folder and its slash, the one path that there is, or `''`. */
  readonly folder: string;
  entries(): readonly ContextEntry[];
  /** The entry at a path. */
  entry(path: string): ContextEntry | undefined;
}

export interface ContextLayer {
  /**
   * `manifests`: all that an immutable install of the build slice needs (absent without a build script);
   * `production`: the same for the production slice; `dependencies`: sources of dependency workspaces;
   * `service`: the service's own sources and root files.
   */
  name: ContextLayerName;
  /** Folder in the context that holds the layer: `manifests`; `''` where the context has the repo's own shape. */
  prefix: string;
  /** SHA-256 in hex over paths, modes and content, made from object ids when asked for: equal keys, equal files. */
  readonly key: string;
  /** Sorted by path bytes; paths include the prefix. Made when asked for. */
  readonly entries: readonly ContextEntry[];
  /** What it is joined from. Paths are without the prefix. */
  readonly parts: readonly ContextPart[];
  /** The entry at a path without the prefix. */
  entry(path: string): ContextEntry | undefined;
}

/** How the repo's Yarn is run in a folder that holds an install layer. */
export interface ContextYarn {
  family: YarnFamily;
  version: string | null;
  linker: Linker;
  /** Runs Yarn from the layer's folder: `["node", ".yarn/releases/yarn-4.17.1.cjs"]`. */
  run: readonly string[];
  /** Arguments of the immutable install: `["install", "--immutable"]`. */
  install: readonly string[];
  /** Environment of every Yarn run, beside the cache folder, which is the builder's choice. */
  environment: Readonly<Record<string, string>>;
  /**
   * Where Yarn may keep downloads: `classic`: `YARN_CACHE_FOLDER` anywhere; `global`: `YARN_GLOBAL_FOLDER` anywhere,
   * with `YARN_ENABLE_GLOBAL_CACHE=1`; `mirror`: the same, but the cache itself in the app folder (PnP runs from it);
   * `archives`: `YARN_CACHE_FOLDER` anywhere, `YARN_GLOBAL_FOLDER` on the app folder's file system (it is linked from);
   * `committed`: in the layer.
   */
  cache: 'classic' | 'global' | 'mirror' | 'archives' | 'committed';
  /** Folder of the layer in which package archives may stand; null: none. */
  archives: string | null;
}

/** What one service's Docker context consists of: everything decided, nothing read but manifests and lockfile. */
export interface ContextContents {
  /** Name and folder of the service's workspace. */
  service: { name: string; path: string };
  /** `layers`: shipyarn's own shape, for templates; `root`/`service`: the repo's or the service folder's shape, for own Dockerfiles. */
  shape: 'layers' | 'root' | 'service';
  layers: readonly ContextLayer[];
  /** Rendered when asked for; `path` is where it stands in the context. `origin`: the file in the repo, or null for the built-in template. */
  dockerfile: { path: string; readonly text: string; origin: string | null };
  yarn: ContextYarn;
  /** Workspaces with a build script in build order (dependencies first, the service last), by folder; empty: nothing to build. */
  builds: readonly { name: string; path: string }[];
  /** Workspaces whose sources stand in the final image (run-time closure), by folder, the service last. */
  runtime: readonly { name: string; path: string }[];
  /** How the container starts, from the service's folder (`workingDirectory`): `["node", "src/server.js"]`. */
  command: readonly string[];
  /** Runs `command` as a child and hands signals on: PID 1 ignores signals that it does not handle. */
  entrypoint: readonly string[];
  /** Below the app folder: the service's folder. */
  workingDirectory: string;
  /** Environment of the container. */
  environment: Readonly<Record<string, string>>;
  /** Dockerfile build arguments. */
  buildArguments: Readonly<Record<string, string>>;
  /** Names of secrets that the build may mount; values are never here. */
  secrets: readonly string[];
  /** What makes the image of these contents: each builder makes another. */
  builder: BuilderName;
  platforms: readonly string[];
  /** Base image as configured, with a digest where pinned: `node:20-slim@sha256:…`. */
  base: string;
  /** `sha256:…` over all of the above in its canonical form, computed from object ids when asked for. */
  readonly identity: string;
  warnings: readonly string[];
}
