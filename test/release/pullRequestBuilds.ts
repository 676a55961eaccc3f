import { afterAll, beforeAll, expect, it } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { docker } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { startRegistry } from '../support/registry.ts';
import { output, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';
import { lookAtPulledImage } from './lookAtPulledImage.ts';

const edit = { 'services/api/src/server.js': ['berths: 12', 'berths: 12, free: 3'] } as const;

/** What `build --push` leaves for a release, and what it does not. */
export async function describePullRequestBuilds(builder: 'engine' | 'oci'): Promise<void> {
  await describeWith(['engine', 'registry'], `shipyarn build --push with ${builder}`, () => {
    let repos: TestRepos;
    let prefix: string;
    let store: ReturnType<typeof openImageStore>;
    let pushed: { service: string; reference: string; outcome: string }[];
    beforeAll(async () => {
      const { host } = await startRegistry();
      prefix = `${host}/harbour`;
      store = openImageStore(prefix, { env: {}, insecureRegistries: [] });
      repos = await testRepos({ registry: prefix, builder });
      const released = await shipyarn(['release', '--no-deploy'], { cwd: repos.monorepo });
      expect(released.exitCode, released.stderr).toBe(0);
    }, 240_000);
    afterAll(async () => {
      const images = await docker.listImages({ filters: { reference: [`${prefix}/*`] } });
      const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
      await Promise.allSettled(names.map((name) => docker.getImage(name).remove({ force: true })));
    });

    const push = (args: readonly string[] = []) =>
      shipyarn(['build', '--push', '--json', ...args], { cwd: repos.monorepo });
    const imageTags = () => store.listTags('harbour/api');
    /** Without an engine and without anything that earlier builds left on this machine. */
    const releaseWithoutBuilders = async () =>
      shipyarn(['release', '--no-deploy'], {
        cwd: repos.monorepo,
        env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', SHIPYARN_CACHE: await tempDir('cache') },
      });

    it('has nothing to push where nothing changed', async () => {
      expect(await push()).toMatchObject({ exitCode: 0, stdout: '[]\n' });
    });

    it('pushes what a branch changed under a tag of its own, and nothing else anywhere', async () => {
      const refs = await repos.git(['for-each-ref'], repos.monorepoRemote);
      const before = await imageTags();
      await repos.git(['switch', '--quiet', '--create', 'feature']);
      await output('sed', ['-i', 's/berths: 12/berths: 12, free: 3/', Object.keys(edit)[0] as string], {
        cwd: repos.monorepo,
      });
      await commit('feat(api): tell how many berths are free');
      const { exitCode, stdout, stderr } = await push();
      expect(exitCode, stderr).toBe(0);
      pushed = JSON.parse(stdout);
      expect(pushed).toMatchObject([{ service: '@harbour/api', outcome: 'built' }]);
      const added = (await imageTags()).filter((tag) => !before.includes(tag));
      expect(added.every((tag) => tag.startsWith('pull-request-'))).toBe(true);
      expect(added.filter((tag) => tag.includes('identity'))).toEqual([
        expect.stringMatching(/^pull-request-identity-[0-9a-f]{64}$/),
      ]);
      const stored = await store.getManifest('harbour/api', added.sort().at(-1) as string);
      expect(pushed[0]?.reference).toBe(`${prefix}/api@${stored?.digest}`);
      expect(await repos.git(['for-each-ref'], repos.monorepoRemote)).toBe(refs);
    });

    it('finds what it pushed, and what releases pushed', async () => {
      const { stdout, stderr } = await push(['api', 'web']);
      expect(JSON.parse(stdout)).toEqual([
        { ...pushed[0], outcome: 'found' },
        expect.objectContaining({ service: '@harbour/web', outcome: 'found' }),
      ]);
      expect(stderr).not.toContain('✓ built');
    });

    it('leaves uncommitted edits out', async () => {
      const file = Object.keys(edit)[0] as string;
      await output('sed', ['-i', 's/free: 3/free: 4/', file], { cwd: repos.monorepo });
      expect(JSON.parse((await push()).stdout)).toEqual([{ ...pushed[0], outcome: 'found' }]);
      await repos.git(['checkout', '--quiet', '--', file]);
    });

    it('does not serve a release after the merge, unless the configuration trusts pull requests', async () => {
      await repos.git(['switch', '--quiet', 'main']);
      await repos.git(['merge', '--quiet', '--ff-only', 'feature']);
      await repos.git(['push', '--quiet']);
      if (builder === 'engine') {
        const distrusting = await releaseWithoutBuilders();
        expect(distrusting).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('No Docker Engine'),
        });
      } else {
        const dryRun = await shipyarn(['release', '--dry-run', '--json'], { cwd: repos.monorepo });
        const planned = JSON.parse(dryRun.stdout).services.find(({ affected }: never) => affected);
        expect(await imageTags()).not.toContain(planned.image.identityTag);
      }
    });

    it('serves the release that trusts it: nothing is built, and the image is the release’s own then', async () => {
      const revision = await repos.merge('ci: trust pull requests', {
        'shipyarn.yaml': [`builder: ${builder}`, `builder: ${builder}\nreuseFrom: pull-requests`],
      });
      const { exitCode, stderr } = await releaseWithoutBuilders();
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain('by its identity, as a pull request pushed it');
      expect(stderr).not.toContain('✓ built');
      const digests = await Promise.all(
        (await imageTags())
          .filter((tag) => tag.includes('identity-'))
          .map(async (tag) => (await store.getManifest('harbour/api', tag))?.digest),
      );
      // The first release's, the pull request's, and the same again as the second release's.
      expect(new Set(digests).size).toBe(2);
      expect(digests).toHaveLength(3);
      await lookAtPulledImage(prefix, 'api', '0.2.0', revision);
    });

    async function commit(message: string): Promise<void> {
      const identity = ['-c', 'user.name=Demo', '-c', 'user.email=demo@localhost'];
      await repos.git([...identity, 'commit', '--quiet', '--all', '--message', message]);
    }
  });
}
