import type { Config, Environment } from '../config/settings.ts';
import type { Report } from '../report/event.ts';
import type { Builder } from './builder.ts';
import type { Clock } from './clock.ts';
import type { EngineAccess } from './engine.ts';
import type { Forge } from './forge.ts';
import type { Git } from './git.ts';
import type { InfraRepo } from './infraRepo.ts';
import type { ImageStore } from './registry.ts';

/** Everything outside the process that a command may need, each opened when it is first asked for. */
export interface Ports {
  git: Git;
  clock: Clock;
  report: Report;
  env: NodeJS.ProcessEnv;
  /** A registry, or an OCI layout folder, by its configured location. */
  openStore(location: string, config: Config): Promise<ImageStore>;
  /** This machine's Docker Engine, or the one that its settings name; nothing is sent to it yet. */
  openEngine(): Promise<EngineAccess>;
  openBuilder(name: Builder['name'], config: Config): Promise<Builder>;
  /** The infra repo of an environment: cloned without files, into a temporary folder. */
  openInfra(environment: Environment): Promise<InfraRepo>;
  /** The forge that an environment's infra repo lives on; null where that is none that is known. */
  openInfraForge(environment: Environment, config: Config): Promise<Forge | null>;
  /** The forge that the monorepo lives on; null where its remote is none that is known. */
  openForge(config: Config): Promise<Forge | null>;
  /** Ends processes and removes temporary folders. */
  close(): Promise<void>;
}
