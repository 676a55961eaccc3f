import { expect } from 'vitest';
import { startEngineRelay } from '../engine/engineRelay.ts';
import type { Fault } from './effects.ts';
import { type FailingGit, failingGit, type GitFault } from './failingGit.ts';
import { waitingRelease } from './killMatrix.ts';
import type { World, WorldState } from './world.ts';

/** Each request meets one of these, by turns, and each call of Git three of the others. */
const faults: readonly Fault[] = ['silence', 'reset', 'answer-lost', 'status-500', 'status-403'];
const gitFaults: readonly GitFault[] = [
  'lost-before',
  'lost-after',
  'refused',
  'silent-before',
  'silent-after',
];

/** Seconds; a machine with much to do must not look like one that hangs. */
const timeout = { SHIPYARN_TIMEOUT: '8' };

interface Matrix {
  world: World;
  git: FailingGit;
  state: WorldState;
  tried: number;
  /** Runs that did not get over the fault by themselves. */
  secondRuns: number;
}

/**
 * Lets calls of a release to the outside fail, one in each release: the requests to registry and forge and the calls
 * to both Git remotes. After a second run at most, all is as without the fault. Gives a line that tells how many.
 * @param isChosen Which calls, by their number from 1, and what happens to them.
 */
export async function faultMatrix(
  isChosen: (call: number, fault: Fault | GitFault) => boolean = () => true,
): Promise<string> {
  const world = await waitingRelease('oci');
  const git = await failingGit();
  await git.arm(0, 'refused');
  let requests = 0;
  world.gate.onExchange = () => {
    requests += 1;
    return null;
  };
  expect(await world.run(['release'], { PATH: git.path })).toMatchObject({ exitCode: 0 });
  const calls = await git.calls();
  const matrix: Matrix = { world, git, state: await world.state(), tried: 0, secondRuns: 0 };
  for (const call of numbers(requests)) {
    const fault = faults[call % faults.length] as Fault;
    if (isChosen(call, fault)) await requestFault(matrix, call, fault);
  }
  const inRequests = matrix.tried;
  for (const call of numbers(calls)) {
    const byTurns = [0, 1, 2].map(
      (further) => gitFaults[(call + 2 * further) % gitFaults.length] as GitFault,
    );
    for (const fault of byTurns.filter((one) => isChosen(call, one))) await gitFault(matrix, call, fault);
  }
  return `${inRequests} faults in ${requests} requests to registry and forge, ${matrix.tried - inRequests} in ${calls} calls of Git to remotes; ${matrix.secondRuns} needed a second run`;
}

function numbers(upTo: number): number[] {
  return Array.from({ length: upTo }, (_, index) => index + 1);
}

async function requestFault(matrix: Matrix, call: number, fault: Fault): Promise<void> {
  const { world, git } = matrix;
  await world.restore();
  await git.arm(0, 'refused');
  let count = 0;
  world.gate.onExchange = () => (++count === call ? fault : null);
  await runTwice(matrix, `${fault} at request ${call}`);
}

async function gitFault(matrix: Matrix, call: number, fault: GitFault): Promise<void> {
  await matrix.world.restore();
  matrix.world.gate.onExchange = () => null;
  await matrix.git.arm(call, fault);
  await runTwice(matrix, `${fault} at call ${call} of Git`);
}

async function runTwice(matrix: Matrix, where: string): Promise<void> {
  const { world, git } = matrix;
  const env = { PATH: git.path, ...timeout };
  matrix.tried += 1;
  const first = await world.run(['release'], env);
  // A failure from outside is a failure with a reason, never a bug or wrong input.
  expect([0, 1], `${where}\n${first.stderr}`).toContain(first.exitCode);
  expect(first.stderr, where).not.toContain('mistake in shipyarn');
  world.gate.onExchange = () => null;
  if (first.exitCode !== 0) {
    matrix.secondRuns += 1;
    const second = await world.run(['release'], env);
    expect(second.exitCode, `${where}, the second run\n${second.stderr}`).toBe(0);
  }
  expect(await world.state(), `${where}\n${first.stderr}`).toEqual(matrix.state);
}

/** Lets the engine hang from its n-th connection on, for each of them: the release gives up, and a second one is whole. */
export async function engineFaults(): Promise<string> {
  const world = await waitingRelease('engine');
  const relay = await startEngineRelay();
  const env = { DOCKER_HOST: `tcp://127.0.0.1:${relay.port}`, ...timeout };
  const whole = await world.run(['release'], env);
  expect(whole.exitCode, whole.stderr).toBe(0);
  const connections = relay.connections();
  relay.stop();
  const tags = Object.keys((await world.state()).imageTags);
  let givenUp = 0;
  for (const connection of numbers(connections)) {
    await world.restore();
    const hanging = await startEngineRelay({ freezeAt: connection });
    const hangs = { DOCKER_HOST: `tcp://127.0.0.1:${hanging.port}`, ...timeout };
    const first = await world.run(['release'], hangs);
    expect([0, 1], first.stderr).toContain(first.exitCode);
    if (first.exitCode === 1) {
      givenUp += 1;
      expect(first.stderr).toContain('gave no sign of life');
    }
    hanging.stop();
    const second = await world.run(['release']);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(Object.keys((await world.state()).imageTags)).toEqual(tags);
  }
  return `an engine that hangs from one of its ${connections} connections on: given up ${givenUp} times, whole after the second run`;
}
