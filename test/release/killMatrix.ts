import { expect } from 'vitest';
import type { HalfDone } from '../../src/release/halfDone.ts';
import type { Ledger } from '../../src/release/ledger.ts';
import type { Effect } from './effects.ts';
import { makeWorld, type World, type WorldState } from './world.ts';

/** A first release of all, then a fix below two services, one of them in a group: that is what is killed. */
export async function waitingRelease(builder: 'oci' | 'engine'): Promise<World> {
  const world = await makeWorld(builder, { forge: true, config: 'groups: { front: ["api", "web"] }\n' });
  const first = await world.release();
  expect(first.exitCode, first.stderr).toBe(0);
  await world.merge('fix(log): measure with a clock that never goes back', {
    'packages/log/src/index.js': ['Date.now();', 'Date.now() - 1;'],
  });
  await world.save();
  return world;
}

/** Names moments: `after PUT /v2/…, 2nd time`, so that one is found again in a run that goes a little differently. */
function momentCounter(): (effect: Effect) => string {
  const counts = new Map<string, number>();
  return ({ name, when }) => {
    const count = (counts.get(`${when} ${name}`) ?? 0) + 1;
    counts.set(`${when} ${name}`, count);
    return `${when} ${name}, ${count}`;
  };
}

interface Matrix {
  world: World;
  builder: 'oci' | 'engine';
  /** Before the release that is killed. */
  before: WorldState;
  /** After it, undisturbed. */
  whole: WorldState;
}

/** The moments of an undisturbed release, in their order, and the state it leaves. */
async function undisturbed(world: World) {
  const moments: string[] = [];
  const momentOf = momentCounter();
  world.gate.onEffect = (effect) => void moments.push(momentOf(effect));
  const result = await world.release();
  expect(result.exitCode, result.stderr).toBe(0);
  world.gate.onEffect = () => undefined;
  return { moments, whole: await world.state() };
}

/**
 * Kills a release at a moment: with all its processes, or `alone`, so that the programs it has started go on without
 * it. False: it has ended without coming there.
 */
async function killAt(world: World, moment: string, { alone }: { alone: boolean }): Promise<boolean> {
  await world.restore();
  const momentOf = momentCounter();
  let killed = false;
  const run = world.startRelease();
  world.gate.onEffect = (effect) => {
    if (!killed && momentOf(effect) === moment) {
      killed = true;
      run.kill('SIGKILL', { group: !alone });
      if (alone) return undefined;
    }
    // What is under way comes to nothing; an engine, which lives on, sees its connections break.
    return killed && !alone ? run.ended.then(() => Promise.reject(new Error('killed'))) : undefined;
  };
  await run.ended;
  world.gate.onEffect = () => undefined;
  return killed;
}

/**
 * Kills a release at moments before and after its effects: `status` tells what is missing, and after a second run
 * the end is that of a run that nobody disturbed. Gives a line that tells how many.
 * @param isChosen Which of the moments; default: every one.
 */
export async function killMatrix(
  builder: 'oci' | 'engine',
  isChosen: (moment: string) => boolean = () => true,
): Promise<string> {
  const world = await waitingRelease(builder);
  const before = await world.state();
  const { moments, whole } = await undisturbed(world);
  const matrix = { world, builder, before, whole };
  const chosen = moments.filter(isChosen);
  const missed: string[] = [];
  for (const moment of chosen) {
    if (!(await killAt(world, moment, { alone: false }))) missed.push(moment);
    await expectStatusTrue(matrix, moment);
    await expectFinished(matrix, moment);
  }
  const pushes = chosen.filter((moment) => moment.startsWith('before push'));
  for (const moment of pushes) {
    await killAt(world, moment, { alone: true });
    await expectFinished(matrix, `${moment}, and its push goes on`);
  }
  const effects = moments.length / 2;
  const reached = chosen.length - missed.length;
  const rest = missed.length === 0 ? '' : `; not reached: ${missed.join('; ')}`;
  return `${builder}: ${effects} effects, killed at ${reached} of ${chosen.length} moments before and after them, and ${pushes.length} times alone${rest}`;
}

async function expectFinished({ world, builder, whole }: Matrix, moment: string): Promise<void> {
  const again = await world.release();
  expect(again.exitCode, `killed ${moment}\n${again.stderr}`).toBe(0);
  expect(comparable(await world.state(), builder), `killed ${moment}`).toEqual(comparable(whole, builder));
}

/** `status` calls a release half-done where something of it is missing, and says what. */
async function expectStatusTrue({ world, before, whole }: Matrix, moment: string): Promise<void> {
  const { exitCode, stdout, stderr } = await world.run(['status', '--json']);
  expect(exitCode, stderr).toBe(0);
  const told: HalfDone[] = JSON.parse(stdout).halfDone;
  const lines = told.flatMap(({ service, version, left }) =>
    left.map(({ step }) => `${service}@${version} ${step}`),
  );
  expect(lines.sort(), `status, killed ${moment}`).toEqual(
    missingSteps(before, await world.state(), whole).sort(),
  );
}

function missingSteps(before: WorldState, now: WorldState, whole: WorldState): string[] {
  const claimed = Object.keys(now.gitTags).filter((tag) => !(tag in before.gitTags));
  return claimed.flatMap((gitTag) => {
    const service = gitTag.slice(0, gitTag.lastIndexOf('@'));
    const steps = [
      ...(gitTag.replace(/^@harbour\/(\w+)@/, '$1:') in now.imageTags ? [] : ['publish']),
      ...(now.forgeReleases.includes(gitTag) ? [] : ['announce']),
      ...(now.infraTree === whole.infraTree ? [] : ['deploy']),
    ];
    const isNoted = (now.ledger as Ledger).services[service]?.published === true;
    const left = steps.length === 0 && !isNoted ? ['note'] : steps;
    return left.map((step) => `${gitTag} ${step}`);
  });
}

/** The engine builds no image twice to the byte; what its tags must say is checked where the release is staged. */
function comparable(state: WorldState, builder: 'oci' | 'engine'): unknown {
  if (builder === 'oci') return state;
  const blind = JSON.stringify(state).replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…');
  return JSON.parse(blind);
}
