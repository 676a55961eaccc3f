import { access, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, runCommand } from './command.ts';

export interface Footprint {
  /** Peak resident memory of the largest process, in bytes; null where GNU time is missing. */
  peakMemory: number | null;
  /** Commands started through PATH, by name, the first one included. */
  processes: ReadonlyMap<string, number>;
}

/** Programs that build and release tools start. */
const counted = ['git', 'node', 'docker', 'yarn', 'npm', 'npx', 'sh', 'sed', 'tar', 'cp', 'mkdir', 'rm'];
const gnuTime = '/usr/bin/time';

/**
 * Runs a command once more, apart from the timed runs: below GNU time, which reports the largest resident set of
 * the process and of those it waited for, and with shims on PATH that note each start.
 */
export async function footprintOf(command: Command, scratch: string): Promise<Footprint> {
  const folder = path.join(scratch, 'shims');
  const log = path.join(scratch, 'started.txt');
  const memory = path.join(scratch, 'memory.txt');
  await writeShims(folder);
  await writeFile(log, '');
  await rm(memory, { force: true });
  const env = {
    ...command.env,
    PATH: `${folder}:${command.env?.PATH ?? process.env.PATH}`,
    BENCH_STARTED: log,
  };
  const timed = await isThere(gnuTime);
  await runCommand(
    timed
      ? { ...command, file: gnuTime, args: ['-f', '%M', '-o', memory, command.file, ...command.args], env }
      : { ...command, env },
  );
  const processes = new Map<string, number>([[path.basename(command.file), 1]]);
  for (const name of (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''))
    processes.set(name, (processes.get(name) ?? 0) + 1);
  const kilobytes = timed ? (await readFile(memory, 'utf8')).trim().split('\n').at(-1) : undefined;
  return { peakMemory: kilobytes === undefined ? null : Number(kilobytes) * 1024, processes };
}

async function writeShims(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const places = (process.env.PATH ?? '').split(':');
  for (const name of counted) {
    const real = await firstOf(places.map((place) => path.join(place, name)));
    if (real === undefined) continue;
    const shim = path.join(folder, name);
    await writeFile(shim, `#!/bin/sh\necho ${name} >> "$BENCH_STARTED"\nexec '${real}' "$@"\n`);
    await chmod(shim, 0o755);
  }
}

async function firstOf(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await isThere(file)) return file;
  return undefined;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
