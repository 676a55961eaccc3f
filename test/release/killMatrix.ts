import { expect } from 'vitest';
import type { Effect } from './effects.ts';
import { makeWorld, type World, type WorldState } from './world.ts';

/** A first release of all, then a fix below two services that waits to be released: that is what is killed. */
export async function waitingRelease(builder: 'oci' | 'engine'): Promise<World> {
  const world = await makeWorld(builder);
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

/** The moments of an undisturbed release, in their order, and the state it leaves. */
async function undisturbed(world: World) {
  const moments: string[] = [];
  const momentOf = momentCounter();
  world.gate.onEffect = (effect) => void moments.push(momentOf(effect));
  const result = await world.release();
  expect(result.exitCode, result.stderr).toBe(0);
  return { moments, state: await world.state() };
}

/** Kills a release, with all its processes, at a moment. False: it has ended without coming there. */
async function killAt(world: World, moment: string): Promise<boolean> {
  await world.restore();
  const momentOf = momentCounter();
  let killed = false;
  const run = world.startRelease();
  world.gate.onEffect = (effect) => {
    if (!killed && momentOf(effect) === moment) {
      killed = true;
      run.kill();
    }
    // What is under way comes to nothing; an engine, which lives on, sees its connections break.
    return killed ? run.ended.then(() => Promise.reject(new Error('killed'))) : undefined;
  };
  await run.ended;
  world.gate.onEffect = () => undefined;
  return killed;
}

/**
 * Kills a release at moments before and after its effects and runs it again: the end is that of a run that nobody
 * disturbed, and a third run changes nothing. Gives a line that tells how many.
 * @param isChosen Which of the moments; default: every one.
 */
export async function killMatrix(
  builder: 'oci' | 'engine',
  isChosen: (moment: string) => boolean = () => true,
): Promise<string> {
  const world = await waitingRelease(builder);
  const { moments, state } = await undisturbed(world);
  const chosen = moments.filter(isChosen);
  let killed = 0;
  for (const moment of chosen) {
    if (await killAt(world, moment)) killed += 1;
    const again = await world.release();
    expect(again.exitCode, `killed ${moment}\n${again.stderr}`).toBe(0);
    expect(comparable(await world.state(), builder), `killed ${moment}`).toEqual(comparable(state, builder));
  }
  const effects = moments.length / 2;
  return `${builder}: ${effects} effects, killed at ${killed} moments before and after them (${chosen.length} tried)`;
}

/** The engine builds no image twice to the byte; what its tags must say is checked where the release is staged. */
function comparable(state: WorldState, builder: 'oci' | 'engine'): unknown {
  if (builder === 'oci') return state;
  const blind = JSON.stringify(state).replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:…');
  return JSON.parse(blind);
}
