import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Monorepo, type MonorepoSize, makeMonorepo } from '../inputs/makeMonorepo.ts';
import { findDockerCli } from '../measure/dockerCli.ts';
import { git } from '../measure/git.ts';
import { startRelay } from '../measure/relay.ts';
import { startRegistry } from '../measure/servers.ts';
import type { Task } from '../measure/task.ts';
import type { BenchOptions } from '../options.ts';
import { linkPeers } from '../peers.ts';
import { affected, affectedAnswers, affectedByCase } from './affected.ts';
import { buildAndPush } from './build.ts';
import { context } from './context.ts';
import { infraBump } from './infraBump.ts';
import { mergeToInfra, nothingToDo } from './ship.ts';
import { removeImages, type Shipyard, serviceCount } from './shipyard.ts';
import { startUp } from './startUp.ts';
import { cloned, generated, type Subject } from './subject.ts';
import { allVersions, oneChangelog } from './versions.ts';

export interface Bench {
  options: BenchOptions;
  scratch: string;
  run(task: Task): Promise<void>;
  wants(id: string): boolean;
  say(line: string): void;
}

type Answers = Awaited<ReturnType<typeof affectedAnswers>>;

const sizes: Record<'quick' | 'full', MonorepoSize[]> = {
  quick: [
    { workspaces: 10, packages: 400, commits: 200 },
    { workspaces: 100, packages: 2700, commits: 1000 },
  ],
  full: [
    { workspaces: 10, packages: 400, commits: 300 },
    { workspaces: 100, packages: 2700, commits: 10_000 },
    { workspaces: 1000, packages: 5000, commits: 3000 },
  ],
};

/** Previews on generated monorepos; gives the answers to each kind of change alone. */
export async function previewTasks(bench: Bench): Promise<Answers | null> {
  const { options, scratch, run, wants } = bench;
  if (wants('start')) await run(startUp(scratch));
  const ids = ['affected', 'context', 'versions', 'unreleased', 'history', 'infra'];
  if (!ids.some(wants)) return null;
  let answers: Answers | null = null;
  for (const size of sizes[options.quick ? 'quick' : 'full']) {
    bench.say(`making a monorepo of ${size.workspaces} workspaces`);
    const monorepo = await makeMonorepo(
      path.join(scratch, `monorepo-${size.workspaces}`),
      size,
      options.seed,
    );
    await linkPeers(monorepo.folder);
    // Before tools that edit the folder: some count what is not committed.
    if (wants('affected') && size.workspaces === (options.quick ? 10 : 100))
      answers = await affectedAnswers(monorepo);
    await previewsOf(bench, monorepo);
    if (wants('infra') && size.workspaces === 10) await infra(bench, monorepo);
  }
  return answers;
}

async function previewsOf({ options, run, wants, scratch }: Bench, monorepo: Monorepo): Promise<void> {
  const { workspaces } = monorepo.size;
  const input = String(workspaces);
  const subject = generated(monorepo);
  if (wants('affected')) await run(affected(subject, input));
  if (wants('affected') && workspaces === 1000) await eachCase(run, monorepo);
  if (wants('context') && workspaces < 1000) await run(context(subject, input, scratch));
  if (workspaces === (options.quick ? 10 : 100)) await changelogs({ run, wants }, subject, input);
}

/** By the names of the cases; as bots make them daily, and what every image has. */
const timedCases = {
  lockfile: 'one package in yarn.lock',
  linter: 'the linter in the root',
  'node-version': 'the Node version',
};

async function eachCase(run: Bench['run'], monorepo: Monorepo): Promise<void> {
  for (const [id, name] of Object.entries(timedCases)) {
    const found = monorepo.history.cases.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no case "${name}".`);
    await git(monorepo.folder, 'switch', '--quiet', '--detach', found.branch);
    await run(affectedByCase(monorepo, found, id));
  }
  await git(monorepo.folder, 'switch', '--quiet', 'main');
}

async function changelogs({ run, wants }: Pick<Bench, 'run' | 'wants'>, subject: Subject, input: string) {
  if (wants('versions')) await run(allVersions(subject, input));
  if (wants('unreleased')) await run(oneChangelog(subject, input, false));
  if (wants('history')) await run(oneChangelog(subject, input, true));
}

async function infra({ options, scratch, run }: Bench, monorepo: Monorepo): Promise<void> {
  const size = options.quick ? { files: 2000, commits: 2000 } : { files: 20_000, commits: 50_000 };
  const made = await infraBump(monorepo, size, { scratch, seed: options.seed });
  if (made === null) return;
  try {
    await run(made.task);
  } finally {
    await made.close();
  }
}

/** Builds and releases, into a registry of the bench's own. */
export async function shipTasks(bench: Bench): Promise<void> {
  const { options, scratch, run, wants, say } = bench;
  if (!['build', 'ship', 'nothing'].some(wants)) return;
  const registry = await startRegistry(path.join(scratch, 'registry'));
  if (registry === null) return say('no `docker-registry` on PATH: builds and releases are left out');
  // 25 ms each way.
  const relay = await startRelay(registry.port, 25);
  const yard: Shipyard = {
    folder: scratch,
    registry: `127.0.0.1:${registry.port}`,
    farRegistry: `127.0.0.1:${relay.port}`,
    base: await engineBase(),
    docker: await findDockerCli(),
  };
  try {
    if (wants('build')) await run(await buildAndPush(yard, 1, false));
    if (wants('build') && !options.quick) await run(await buildAndPush(yard, 1, true));
    if (wants('build')) await run(await buildAndPush(yard, serviceCount, false));
    if (wants('nothing')) await run(await nothingToDo(yard));
    if (wants('ship')) await run(await mergeToInfra(yard, 1));
    if (wants('ship')) await run(await mergeToInfra(yard, 10));
  } finally {
    if (yard.base !== null) await removeImages(yard);
    relay.close();
    await registry.stop();
  }
}

/** The previews on somebody's own repo; builds and releases need its registry and its infra repo, and are left out. */
export async function repositoryTasks({ run, wants, scratch }: Bench, repository: string): Promise<void> {
  const subject = await cloned(repository, scratch);
  const input = path.basename(subject.folder);
  await linkPeers(subject.folder);
  if (wants('start')) await run(startUp(subject.folder));
  if (wants('affected')) await run(affected(subject, input));
  if (wants('context')) await run(context(subject, input, scratch));
  await changelogs({ run, wants }, subject, input);
}

/** The engine's base image of this machine's own Node; null where no engine or no docker client is here. */
async function engineBase(): Promise<string | null> {
  const docker = promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}']);
  return docker.then(
    () => `localhost/shipyarn-host-node:${process.versions.node}`,
    () => null,
  );
}
