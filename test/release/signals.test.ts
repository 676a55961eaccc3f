import { readdir } from 'node:fs/promises';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { commandLines } from '../support/commandLines.ts';
import { isLong } from '../support/isLong.ts';
import { describeWith } from '../support/parts.ts';
import { tempDir } from '../support/tempDir.ts';
import { makeWorld, type World } from './world.ts';

type Run = ReturnType<World['startRelease']>;

/** A release that gets to a push to one of the remotes, which waits there until `act` is done with the run. */
async function releaseUpTo(
  world: World,
  push: 'monorepo' | 'infra',
  act: (run: Run) => Promise<void> | void,
) {
  const temporary = await tempDir('tmp');
  const run = world.startRelease([], { TMPDIR: temporary });
  world.gate.onEffect = async ({ name, when }) => {
    if (name === `push ${push}` && when === 'before') await act(run);
  };
  const result = await run.ended;
  world.gate.onEffect = () => undefined;
  return { ...result, temporary };
}

/** Nothing of a run is left: no folder, no program. */
async function expectNothingLeft(world: World, temporary: string): Promise<void> {
  const folders = async () => (await readdir(temporary)).filter((name) => name.startsWith('shipyarn-'));
  expect(await folders()).toEqual([]);
  const ours = async () =>
    (await commandLines()).filter((line) => line.includes(world.folder) || line.includes(temporary));
  await expect.poll(ours, { timeout: 20_000 }).toEqual([]);
}

async function expectContinued(world: World): Promise<void> {
  const again = await world.release();
  expect(again.exitCode, again.stderr).toBe(0);
  const { imageTags, infraTree } = await world.state();
  expect(imageTags).toHaveProperty(['web:0.1.0']);
  expect((await world.release()).exitCode).toBe(0);
  expect((await world.state()).infraTree).toBe(infraTree);
}

await describeWith(['linux', 'registry'], 'a signal', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld('oci');
    await world.save();
  });
  beforeEach(() => world.restore());

  it.each(isLong ? (['SIGINT', 'SIGTERM'] as const) : (['SIGTERM'] as const))(
    '%s stops at the next safe point: what is under way gets done, nothing is left, the next run continues',
    async (signal) => {
      const { exitCode, stderr, temporary } = await releaseUpTo(world, 'monorepo', (run) =>
        run.kill(signal, { group: false }),
      );
      expect(exitCode, stderr).toBe(1);
      expect(stderr).toContain('Interrupted');
      await expectNothingLeft(world, temporary);
      const { gitTags, imageTags } = await world.state();
      expect(Object.keys(gitTags)).toHaveLength(3);
      expect(imageTags).not.toHaveProperty(['web:0.1.0']);
      await expectContinued(world);
    },
    240_000,
  );

  it('Ctrl-C, which reaches Git as well, stops, too', async () => {
    const { exitCode, stderr, temporary } = await releaseUpTo(world, 'monorepo', (run) => run.kill('SIGINT'));
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('Interrupted');
    await expectNothingLeft(world, temporary);
    await expectContinued(world);
  }, 240_000);

  const moments = [
    ['SIGINT', 'monorepo', 130],
    ['SIGTERM', 'infra', 143],
    ['SIGTERM', 'monorepo', 143],
  ] as const;
  it.each(isLong ? moments : moments.slice(0, 1))(
    'a second %s ends at once, during a push to the %s, with status %i, and nothing survives it',
    async (signal, push, status) => {
      const { exitCode, stderr, temporary } = await releaseUpTo(world, push, async (run) => {
        run.kill(signal, { group: false });
        await new Promise((resolve) => setTimeout(resolve, 100));
        run.kill(signal, { group: false });
        // The push itself would wait for longer than any patience.
        await run.ended;
        throw new Error('ended');
      });
      expect(exitCode, stderr).toBe(status);
      await expectNothingLeft(world, temporary);
      await expectContinued(world);
    },
    240_000,
  );

  it('SIGKILL leaves folders, which the next run removes', async () => {
    const { temporary } = await releaseUpTo(world, 'infra', async (run) => {
      run.kill();
      await run.ended;
      throw new Error('killed');
    });
    expect(await readdir(temporary)).not.toEqual([]);
    const again = await world.startRelease([], { TMPDIR: temporary }).ended;
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await readdir(temporary)).toEqual([]);
  }, 240_000);
});
