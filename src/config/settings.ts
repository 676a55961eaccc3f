import type { ConfigFile, EnvironmentConfig } from './schema.ts';

export type BuilderName = 'engine' | 'oci' | 'buildx';

/** One service's settings after defaults, top level and its override are laid over each other. */
export interface ServiceSettings {
  /** Image name below the registry: `api`. */
  image: string;
  /** Path of an own Dockerfile or template as configured, or null: convention decides. */
  dockerfile: string | null;
  context: 'root' | 'service';
  /** Globs from the root of the repo. */
  inputs: readonly string[];
  /** Globs from the root of the repo. */
  installFiles: readonly string[];
  /** `.dockerignore` patterns from the root of the repo. */
  ignore: readonly string[];
  /** Globs over package names. */
  ignoreDependencies: readonly string[];
  base: string | null;
  node: string | null;
  /** Of a release; `auto` is the engine, and never quietly another. */
  builder: BuilderName;
  platforms: readonly string[];
  buildArguments: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, { env?: string | undefined; file?: string | undefined }>>;
  command: readonly string[] | null;
}

/** Where a configured value stands: for error texts. `line` from 1. */
export interface Origin {
  file: string;
  line: number;
}

/** The configuration with its defaults filled in. */
export interface Config {
  /** As written, after `extends`. */
  file: ConfigFile;
  /** Where the value at a dotted key (`infra.repo`) was written; null: a default. */
  origin(key: string): Origin | null;
  /** Globs over service folders or names; null: workspaces with a Dockerfile. */
  services: readonly string[] | null;
  /** First the registry that deployments refer to, then mirrors; empty: none configured. */
  registries: readonly string[];
  /** Release branch, or null: the remote's HEAD. */
  branch: string | null;
  channels: Readonly<Record<string, string>>;
  tagFormat: string;
  /** Environments in order of promotion, with infra defaults laid under; empty where there is no infra repo. */
  environments: readonly Environment[];
}

export interface Environment extends EnvironmentConfig {
  name: string;
  /** URL, or absolute path. */
  repo: string;
}
