import { describe, expect, it } from 'vitest';
import { gitHttpServer } from '../deploy/gitHttpServer.ts';
import { gitCommandLines } from '../git/gitCommandLines.ts';
import { testRepos } from '../support/demoRepos.ts';
import { isLong } from '../support/isLong.ts';
import { run, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

const canary = 'canary-address-2b8f04';

async function privateRemote() {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant', 'http.receivepack']) {
    await repos.git(['config', setting, 'true'], repos.monorepoRemote);
  }
  const bare = await gitHttpServer(repos.monorepoRemote, canary);
  const address = bare.replace('//', `//ci:${canary}@`);
  const clone = async (...options: string[]) => {
    const cwd = await tempDir('clone');
    await repos.git(['clone', '--quiet', ...options, address, cwd]);
    return cwd;
  };
  return { repos, bare, clone };
}

describe('a clone whose remote has credentials in its address', () => {
  const clones: [name: string, options: string[]][] = [
    ['blobless', ['--filter=blob:none', '--no-checkout']],
    ['shallow', ['--depth=1']],
    ['treeless', ['--filter=tree:0', '--no-checkout']],
  ];
  it.each(isLong ? clones : clones.slice(0, 1))(
    'is previewed and released from, and no command line shows them: %s',
    async (_, options) => {
      const { repos, bare, clone } = await privateRemote();
      const cwd = await clone(...options);
      const { env, lines } = gitCommandLines();
      // A clone without a checkout is no working directory to take anything from.
      const committed = options.includes('--no-checkout') ? ['--committed'] : [];
      for (const args of [['affected', ...committed], ['release', '--dry-run'], ['release'], ['status']]) {
        const result = await shipyarn(args, { cwd, env });
        expect(result, args.join(' ')).toMatchObject({ exitCode: 0 });
        expect(result.stdout + result.stderr).not.toContain(canary);
      }
      expect(await repos.remoteTags()).toHaveLength(3);
      const transports = lines().filter((line) => line.startsWith('git-remote-http '));
      expect(new Set(transports)).toEqual(new Set([`git-remote-http origin ${bare}`]));
      expect(lines().filter((line) => line.includes(canary))).toEqual([]);
      // Git by itself does show them.
      await run('git', ['ls-remote', 'origin'], { cwd, env });
      expect(lines().join('\n')).toContain(canary);
    },
    240_000,
  );
});
