import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { commitAll } from '../../src/demo/makeDemoRepos.ts';
import { inProcess } from '../support/inProcess.ts';
import { seededRandom } from '../support/random.ts';
import { checkAlways, checkReleased, checkWhole, watchImageTags } from './modelChecks.ts';
import { makeWorld, type World } from './world.ts';

const environments = `
environments:
  staging:
    paths: ["apps/**"]
  production:
    deploy: manual
    paths: ["prod/**"]
`;

export interface Model {
  world: World;
  random: () => number;
  edits: number;
  /** Git tag → commit, as seen after the step before. */
  gitTags: Map<string, string>;
  /** Image tags of releases, as the registry took them, and what was wrong about that. */
  images: ReturnType<typeof watchImageTags>;
  counts: Record<string, number>;
}

type Step = (model: Model) => Promise<void>;

/** The steps, as often as they come up in a hundred. */
const steps: readonly [chance: number, name: string, step: Step][] = [
  [32, 'commit', commit],
  [24, 'release', release],
  [20, 'killed release', killedRelease],
  [8, 'rollback', ({ world }) => command(world, ['rollback', 'api', '--env', 'staging'])],
  [8, 'deploy', ({ world }) => command(world, ['deploy', 'api', '--env', 'staging'])],
  [8, 'promote', ({ world }) => command(world, ['promote', 'staging', 'production'])],
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
    gitTags: new Map(),
    images: watchImageTags(world),
    counts: {},
  };
  const done: string[] = [];
  const started = performance.now();
  for (let n = 0; n < amount; n++) {
    const [name, step] = pick(model);
    done.push(name);
    model.counts[name] = (model.counts[name] ?? 0) + 1;
    try {
      await step(model);
      await checkAlways(model);
    } catch (error) {
      const last = done.slice(-30).join(', ');
      throw new Error(`seed ${seed}, step ${done.length}, after …, ${last}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  await release(model);
  await checkWhole(model);
  const counted = Object.entries(model.counts).map(([name, count]) => `${count} × ${name}`);
  const seconds = Math.round((performance.now() - started) / 1000);
  return `seed ${seed}: ${amount} steps in ${seconds} s: ${counted.join(', ')}; ${model.gitTags.size} releases`;
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
    random() < 0.7
      ? (['services/api/src/server.js', 'berths: 12'] as const)
      : (['packages/log/src/index.js', 'Date.now();'] as const);
  const text = await readFile(path.join(world.monorepo, file), 'utf8');
  const mark = ` // ${model.edits++}`;
  const line = text.split('\n').find((each) => each.includes(from)) as string;
  const subject = random() < 0.5 ? 'feat: more' : 'fix: less';
  await world.merge(subject, { [file]: [line, `${line.replace(/ \/\/ \d+$/, '')}${mark}`] });
}

async function release(model: Model): Promise<void> {
  const { exitCode, stderr } = await inProcess(['release'], model.world.monorepo);
  expect(exitCode, stderr).toBe(0);
  await checkReleased(model);
}

async function killedRelease({ world, random }: Model): Promise<void> {
  const at = Math.floor(random() * 40);
  let count = 0;
  const run = world.startRelease();
  world.gate.onEffect = () => {
    if (count++ === at) run.kill();
    return count > at ? run.ended.then(() => Promise.reject(new Error('killed'))) : undefined;
  };
  await run.ended;
  world.gate.onEffect = () => undefined;
}

/** Refusing (nothing to go back to, nothing released yet) is an answer; a bug is none. */
async function command({ monorepo }: World, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await inProcess(args, monorepo);
  expect([0, 2], stderr).toContain(exitCode);
}
