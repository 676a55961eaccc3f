import path from 'node:path';
import { makeShipWorld, type ShipWorld, type WorldBuilder } from '../inputs/makeShipWorld.ts';
import { finish, shell, shipyarn } from '../measure/command.ts';
import type { DockerCli } from '../measure/dockerCli.ts';

/** Where images go and on what they stand. */
export interface Shipyard {
  folder: string;
  /** `127.0.0.1:<port>` of the registry. */
  registry: string;
  /** The same registry, 50 ms away. */
  farRegistry: string;
  /** Name of the base image in the engine; null: no engine answers. */
  base: string | null;
  /** The Docker command line, or why there is none. */
  docker: DockerCli | string;
}

export const serviceCount = 10;

export function builders({ base }: Shipyard): ('engine' | 'oci')[] {
  return base === null ? ['oci'] : ['engine', 'oci'];
}

/** Rounds of one world never repeat a line, whoever counts them. */
const rounds = new WeakMap<ShipWorld, number>();

export function nextRound(world: ShipWorld, round: number): number {
  const next = Math.max(round, lastRound(world)) + 1;
  rounds.set(world, next);
  return next;
}

export function lastRound(world: ShipWorld): number {
  return rounds.get(world) ?? 0;
}

/** A world of {@link serviceCount} services whose first release is done. */
export async function firstRelease(
  { folder, base }: Shipyard,
  name: string,
  builder: WorldBuilder,
  registry: string,
): Promise<ShipWorld> {
  const world = await makeShipWorld({
    folder: path.join(folder, name),
    services: serviceCount,
    registry: `${registry}/${name}`,
    builder,
    // buildx builders may be elsewhere, so they take a base by its name alone.
    ...(builder === 'buildx' && base !== null ? { base } : {}),
  });
  await finish(shipyarn(['release'], world.monorepo));
  return world;
}

/** Removes what the runs left in the engine. */
export async function removeImages({ registry, farRegistry }: Shipyard): Promise<void> {
  const script = `docker images --format '{{.Repository}}:{{.Tag}}' | grep -e '^${registry}/' -e '^${farRegistry}/' | xargs -r docker image rm --force >/dev/null`;
  await finish(shell(script, '/'), [0, 1, 123]);
}
