import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { commitAll } from '../../src/demo/makeDemoRepos.ts';
import type { Ledger } from '../../src/release/ledger.ts';
import { seededRandom } from '../support/random.ts';
import { shipyarn } from '../support/run.ts';
import { makeWorld, type World, type WorldState } from './world.ts';

const environments = `
environments:
  staging:
    paths: ["apps/**"]
  production:
    deploy: manual
    paths: ["prod/**"]
`;

interface Model {
  world: World;
  random: () => number;
  edits: number;
  before: WorldState;
  counts: Record<string, number>;
}

type Step = (model: Model) => Promise<void>;

/** The steps, as often as they come up in a hundred. */
const steps: readonly [chance: number, name: string, step: Step][] = [
  [30, 'commit', commit],
  [25, 'release', release],
  [25, 'killed release', killedRelease],
  [8, 'rollback', ({ world }) => command(world, ['rollback', 'api', '--env', 'staging'])],
  [6, 'deploy', ({ world }) => command(world, ['deploy', 'api', '--env', 'staging'])],
  [6, 'promote', ({ world }) => command(world, ['promote', 'staging', 'production'])],
];

/**
 * Commits, releases, kills, rollbacks and promotions in random order; after each step what must always hold is
 * checked, after each release what it promises. Gives a line with the seed and what was done.
 */
export async function randomSteps(seed: number, amount: number): Promise<string> {
  const world = await makeWorld('oci', { config: environments });
  await cp(path.join(world.infra, 'apps'), path.join(world.infra, 'prod'), { recursive: true });
  await commitAll((cwd, args) => world.git(args, cwd), world.infra, 'chore: production');
  await world.git(['push', '--quiet', 'origin', 'main'], world.infra);
  const model: Model = {
    world,
    random: seededRandom(seed),
    edits: 0,
    before: await world.state(),
    counts: {},
  };
  const done: string[] = [];
  for (let n = 0; n < amount; n++) {
    const [name, step] = pick(model);
    done.push(name);
    model.counts[name] = (model.counts[name] ?? 0) + 1;
    try {
      await step(model);
      await checkAlways(model);
    } catch (error) {
      throw new Error(`seed ${seed}, after ${done.join(', ')}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  await release(model);
  const counted = Object.entries(model.counts).map(([name, count]) => `${count} × ${name}`);
  return `seed ${seed}: ${amount} steps: ${counted.join(', ')}`;
}

function pick({ random }: Model): [string, Step] {
  let left = random() * 100;
  for (const [chance, name, step] of steps) {
    left -= chance;
    if (left < 0) return [name, step];
  }
  return ['commit', commit];
}

async function commit(model: Model): Promise<void> {
  const { world, random } = model;
  const [file, from] =
    random() < 0.5
      ? (['services/api/src/server.js', 'berths: 12'] as const)
      : (['packages/log/src/index.js', 'Date.now();'] as const);
  const text = await readFile(path.join(world.monorepo, file), 'utf8');
  const mark = ` // ${model.edits++}`;
  const line = text.split('\n').find((each) => each.includes(from)) as string;
  const subject = random() < 0.5 ? 'feat: more' : 'fix: less';
  await world.merge(subject, { [file]: [line, `${line.replace(/ \/\/ \d+$/, '')}${mark}`] });
}

async function release(model: Model): Promise<void> {
  const { exitCode, stderr } = await model.world.release();
  expect(exitCode, stderr).toBe(0);
  await checkReleased(model.world);
}

async function killedRelease({ world, random }: Model): Promise<void> {
  const at = Math.floor(random() * 60);
  let count = 0;
  const run = world.startRelease();
  world.gate.onEffect = () => {
    if (count++ === at) run.kill();
    return count > at ? new Promise(() => undefined) : undefined;
  };
  await run.ended;
  world.gate.onEffect = () => undefined;
}

/** Refusing (nothing to go back to, nothing released yet) is an answer; a bug is none. */
async function command({ monorepo }: World, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await shipyarn(args, { cwd: monorepo });
  expect([0, 2], stderr).toContain(exitCode);
}

/** Tags stay where they are, no commit has two versions of a service, versions follow the history. */
async function checkAlways(model: Model): Promise<void> {
  const { world, before } = model;
  const now = await world.state();
  expect(now.gitTags).toMatchObject(before.gitTags);
  const released = (tags: Record<string, string>) =>
    Object.fromEntries(Object.entries(tags).filter(([tag]) => /:\d/.test(tag)));
  expect(released(now.imageTags)).toMatchObject(released(before.imageTags));
  for (const service of ['api', 'web', 'worker']) {
    const tags = Object.keys(now.gitTags).filter((tag) => tag.startsWith(`@harbour/${service}@`));
    const commits = tags.map((tag) => now.gitTags[tag]?.split(' ')[0]);
    expect(new Set(commits).size).toBe(commits.length);
    const byVersion = tags.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const depths: number[] = [];
    for (const tag of byVersion) {
      depths.push(Number(await world.git(['rev-list', '--count', tag], world.monorepoRemote)));
    }
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
  }
  model.before = now;
}

/** Every tag has its image, the ledger calls it published, and staging runs the newest, but for what is held. */
async function checkReleased(world: World): Promise<void> {
  const { gitTags, imageTags, ledger } = await world.state();
  for (const tag of Object.keys(gitTags)) {
    expect(imageTags).toHaveProperty([tag.replace(/^@harbour\/(\w+)@/, '$1:')]);
  }
  const { services } = ledger as Ledger;
  const held = await world.git(['ls-tree', '-r', '--name-only', 'main'], world.infraRemote);
  for (const [service, { version, published }] of Object.entries(services)) {
    expect(published, service).toBe(true);
    if (held.includes('.shipyarn/holds.yaml')) continue;
    const name = service.replace('@harbour/', '');
    const files = await world.git(
      ['grep', '-h', '-i', 'tag:\\|image:', 'main', '--', `apps/${name}`],
      world.infraRemote,
    );
    expect(files, service).toContain(version);
  }
}
