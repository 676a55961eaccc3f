import { expect } from 'vitest';
import { type RunResult, shipyarn } from '../support/run.ts';
import type { Fault } from './effects.ts';
import { type FailingGit, failingGit } from './failingGit.ts';
import { waitingRelease } from './killMatrix.ts';
import type { World, WorldState } from './world.ts';

const faults: readonly Fault[] = ['reset', 'answer-lost', 'status-500'];

interface Matrix {
  world: World;
  git: FailingGit;
  state: WorldState;
  /** Runs that did not get over the fault by themselves. */
  secondRuns: number;
}

/**
 * Lets calls of a release to the outside fail, one in each release: the requests to the registry and the calls to
 * both Git remotes. After a second run at most, all is as without the fault. Gives a line that tells how many.
 * @param isChosen Which calls, by their number from 1.
 */
export async function faultMatrix(isChosen: (call: number) => boolean = () => true): Promise<string> {
  const world = await waitingRelease('oci');
  const git = await failingGit();
  await git.arm(0, 'before');
  let requests = 0;
  world.gate.onExchange = () => {
    requests += 1;
    return null;
  };
  expect(await release(world, git)).toMatchObject({ exitCode: 0 });
  const calls = await git.calls();
  const matrix: Matrix = { world, git, state: await world.state(), secondRuns: 0 };
  const tried = [0, 0];
  for (let call = 1; call <= requests; call++) {
    if (!isChosen(call)) continue;
    await registryFault(matrix, call, faults[call % faults.length] as Fault);
    tried[0] = (tried[0] ?? 0) + 1;
  }
  for (let call = 1; call <= calls; call++) {
    if (!isChosen(call)) continue;
    await gitFault(matrix, call, 'before');
    await gitFault(matrix, call, 'after');
    tried[1] = (tried[1] ?? 0) + 2;
  }
  return `${tried[0]} faults in ${requests} requests to the registry, ${tried[1]} in ${calls} calls of Git to remotes; ${matrix.secondRuns} needed a second run`;
}

function release(world: World, git: FailingGit): Promise<RunResult> {
  return shipyarn(['release'], { cwd: world.monorepo, env: { PATH: git.path } });
}

async function registryFault(matrix: Matrix, call: number, fault: Fault): Promise<void> {
  const { world, git } = matrix;
  await world.restore();
  await git.arm(0, 'before');
  let count = 0;
  world.gate.onExchange = () => (++count === call ? fault : null);
  await runTwice(matrix, `${fault} at request ${call}`);
}

async function gitFault(matrix: Matrix, call: number, when: 'before' | 'after'): Promise<void> {
  await matrix.world.restore();
  matrix.world.gate.onExchange = () => null;
  await matrix.git.arm(call, when);
  await runTwice(matrix, `connection lost ${when} call ${call} of Git`);
}

async function runTwice(matrix: Matrix, where: string): Promise<void> {
  const { world, git } = matrix;
  const first = await release(world, git);
  // A failure from outside is a failure with a reason, never a bug or wrong input.
  expect([0, 1], `${where}\n${first.stderr}`).toContain(first.exitCode);
  expect(first.stderr, where).not.toContain('mistake in shipyarn');
  world.gate.onExchange = () => null;
  if (first.exitCode !== 0) {
    matrix.secondRuns += 1;
    const second = await release(world, git);
    expect(second.exitCode, `${where}, the second run\n${second.stderr}`).toBe(0);
  }
  expect(await world.state(), `${where}\n${first.stderr}`).toEqual(matrix.state);
}
