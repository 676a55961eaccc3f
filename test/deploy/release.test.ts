import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, type World } from '../release/world.ts';
import { describeWith } from '../support/parts.ts';
import { shipyarn } from '../support/run.ts';

async function ok(world: World, ...args: string[]): Promise<string> {
  const result = await shipyarn(args, { cwd: world.monorepo });
  expect(result.exitCode, `${args.join(' ')}\n${result.stdout}${result.stderr}`).toBe(0);
  return result.stdout + result.stderr;
}

const tagOf = async (world: World) =>
  /tag: "(.*)"/.exec(await world.git(['show', 'main:apps/api/values.yaml'], world.infraRemote))?.[1];

const edit = (from: string, to: string) => ({ 'services/api/src/server.js': [from, to] as const });

await describeWith(['registry'], 'releases and the infra repo', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
    await world.save();
  });
  beforeEach(() => world.restore());

  it('wait in a freeze window; the first run after it deploys', async () => {
    const freeze = '{ from: 2000-01-01T00:00:00Z, to: 2999-01-01T00:00:00Z, reason: holidays }';
    const frozen = await makeWorld('oci', {
      config: `environments: { production: { freeze: [${freeze}] } }\n`,
    });
    expect(await ok(frozen, 'release')).toContain('frozen until 2999-01-01T00:00:00Z: holidays');
    expect(await tagOf(frozen)).toBe('0.0.0');
    await frozen.merge('chore: thaw', { 'shipyarn.yaml': ['2999-', '2001-'] });
    await ok(frozen, 'release');
    expect(await tagOf(frozen)).toBe('0.1.0');
  }, 240_000);

  it('leave the infra repo alone with --no-deploy, and deploy does it', async () => {
    await ok(world, 'release', '--no-deploy');
    expect(await tagOf(world)).toBe('0.0.0');
    await ok(world, 'deploy', 'api');
    expect(await tagOf(world)).toBe('0.1.0');
  }, 240_000);

  describe('after a first release', () => {
    beforeAll(async () => {
      await world.restore();
      await ok(world, 'release');
      await world.save();
    });

    it('pass over a held service until the hold is lifted', async () => {
      await world.merge('feat(api): free berths', edit('berths: 12', 'berths: 12, free: 3'));
      await ok(world, 'release');
      await ok(world, 'rollback', 'api');
      expect(await tagOf(world)).toBe('0.1.0');
      await world.merge('fix(api): count again', edit('free: 3', 'free: 4'));
      expect(await ok(world, 'release')).toMatch(
        /warning @harbour\/api: 0\.2\.1 in production: held at 0\.1\.0/,
      );
      expect(await tagOf(world)).toBe('0.1.0');
      await ok(world, 'rollback', 'api', '--release');
      await ok(world, 'release');
      expect(await tagOf(world)).toBe('0.2.1');
      expect(await ok(world, 'release')).toContain('Nothing');
    }, 240_000);

    it('a revert by a person stands', async () => {
      await world.git(['fetch', '--quiet', world.infraRemote, 'main'], world.infra);
      await world.git(['reset', '--quiet', '--hard', 'FETCH_HEAD'], world.infra);
      await world.git(
        ['-c', 'user.name=Eve', '-c', 'user.email=e@example.com', 'revert', '--no-edit', 'HEAD'],
        world.infra,
      );
      await world.git(['push', '--quiet', world.infraRemote, 'HEAD:main'], world.infra);
      await ok(world, 'release');
      expect(await tagOf(world)).toBe('0.0.0');
    }, 240_000);
  });
});
