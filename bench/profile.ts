import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makeMonorepo } from './inputs/makeMonorepo.ts';
import { makeShipWorld } from './inputs/makeShipWorld.ts';
import { type Command, finish, shipyarn } from './measure/command.ts';
import { median } from './measure/statistics.ts';
import type { BenchOptions } from './options.ts';

/**
 * Where the time of the main commands goes, by stage, as `--timing` tells it: medians in milliseconds. With
 * `--cpu-prof` each command also leaves a V8 profile.
 */
export async function profile(
  options: BenchOptions,
  scratch: string,
  say: (line: string) => void,
): Promise<string> {
  const sections: string[] = [];
  for (const { name, command, prepare } of await profiled(options, scratch, say)) {
    say(`profiling ${name}`);
    const stages = new Map<string, number[]>();
    for (let round = 0; round < options.runs; round++) {
      await prepare?.(round);
      const { stderr } = await finish(command);
      for (const [stage, milliseconds] of parseTiming(stderr))
        stages.set(stage, [...(stages.get(stage) ?? []), milliseconds]);
    }
    if (options.cpuProfile !== null) {
      await prepare?.(options.runs);
      await writeCpuProfile(command, path.resolve(options.cpuProfile));
    }
    const lines = [...stages].map(
      ([stage, times]) => `  ${stage.padEnd(12)} ${median(times).toFixed(0).padStart(6)} ms`,
    );
    sections.push([name, ...lines, ''].join('\n'));
  }
  return sections.join('\n');
}

interface Profiled {
  name: string;
  command: Command;
  prepare?: (round: number) => Promise<void>;
}

async function profiled(
  { quick, seed, repo }: BenchOptions,
  scratch: string,
  say: (line: string) => void,
): Promise<Profiled[]> {
  if (repo !== null)
    return [{ name: 'affected', command: timed(['affected', '--committed'], path.resolve(repo)) }];
  say('making the repositories');
  const size = quick
    ? { workspaces: 10, packages: 400, commits: 200 }
    : { workspaces: 100, packages: 2700, commits: 3000 };
  const { folder, model } = await makeMonorepo(path.join(scratch, 'monorepo'), size, seed);
  const service = model.services[0]?.name ?? '';
  const out = path.join(scratch, 'context');
  const world = await makeShipWorld({
    folder: path.join(scratch, 'ship'),
    services: 10,
    registry: `oci:${path.join(scratch, 'images')}`,
    builder: 'oci',
  });
  await finish(shipyarn(['release'], world.monorepo));
  return [
    {
      name: `affected --names, ${size.workspaces} workspaces`,
      command: timed(['affected', '--committed', '--names'], folder),
    },
    { name: `affected, ${size.workspaces} workspaces`, command: timed(['affected', '--committed'], folder) },
    {
      name: `context, ${size.workspaces} workspaces`,
      command: timed(['context', service, '--commit', 'HEAD', '--out', out], folder),
      prepare: () => rm(out, { recursive: true, force: true }),
    },
    {
      name: 'release of one service (oci)',
      command: timed(['release'], world.monorepo),
      prepare: (round) => world.merge(world.services.slice(0, 1), round + 1),
    },
    { name: 'release with nothing to do', command: timed(['release'], world.monorepo) },
  ];
}

function timed(args: readonly string[], cwd: string): Command {
  return shipyarn([...args, '--timing'], cwd);
}

/** Stage and milliseconds from the lines of `--timing`: `time      plan            42 ms`. */
function parseTiming(stderr: string): [string, number][] {
  const lines = stderr.matchAll(/^time\s+(\S+)\s+(\d+) ms/gm);
  return [...lines].map(([, stage = '', milliseconds]) => [stage, Number(milliseconds)]);
}

async function writeCpuProfile({ args, ...command }: Command, folder: string): Promise<void> {
  await finish({ ...command, args: ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...args] });
}
