import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addBareRemote, cloneTestRepo, type TestRepo } from '../helpers/testRepo.ts';
import { shipyarn } from '../support/run.ts';
import { countingGit } from './countingGit.ts';
import { releasedModelRepo } from './modelRepo.ts';
import { editFile } from './monorepo.ts';

/** A remote with releases, and after them more commits than one; the last one changes `web`. */
async function remoteWithReleases(): Promise<TestRepo> {
  const repo = await releasedModelRepo();
  repo.edit('feat(api): more', (model) => editFile(model, 'services/api', 'src/server.js', 'edited'));
  await repo.release({ api: '1.1.0' });
  repo.edit('docs: nothing', ({ files }) => {
    files['README.md'] = 'edited';
  });
  repo.edit('feat(web): more', (model) => editFile(model, 'services/web', 'src/server.js', 'edited'));
  repo.git('checkout', '--quiet', '-b', 'side');
  repo.edit('feat(web): side', (model) => editFile(model, 'services/web', 'src/side.js', 'side'));
  await repo.release({ web: '1.1.0' });
  repo.git('checkout', '--quiet', 'main');
  return addBareRemote(repo);
}

const expected = [
  { name: '@acme/api', affected: false, currentVersion: '1.1.0', nextVersion: null, commits: [] },
  // 1.1.0 is taken on a side branch.
  { name: '@acme/web', affected: true, currentVersion: '1.0.0', nextVersion: '1.2.0', commits: ['more'] },
  { name: '@acme/worker', affected: false, currentVersion: '1.0.0', nextVersion: null, commits: [] },
];

async function affected(clone: TestRepo, ...options: string[]) {
  return affectedIn(clone, {}, ...options);
}

async function affectedIn(clone: TestRepo, env: Record<string, string>, ...options: string[]) {
  const result = await shipyarn(['affected', '--json', ...options], { cwd: clone.root, env });
  const plan = result.stdout === '' ? { services: [] } : JSON.parse(result.stdout);
  const services = plan.services.map(({ name, affected, currentVersion, nextVersion, commits }: Planned) => ({
    name,
    affected,
    currentVersion,
    nextVersion,
    commits: commits.map(({ subject }) => subject),
  }));
  return { ...result, services };
}

interface Planned {
  name: string;
  affected: boolean;
  currentVersion: string;
  nextVersion: string;
  commits: { subject: string }[];
}

describe('a clone as CI makes it', () => {
  let remote: TestRepo;
  beforeAll(async () => {
    remote = await remoteWithReleases();
  });
  const clone = (...options: string[]) => cloneTestRepo(`file://${remote.root}`, ...options);

  it.each([
    ['whole', []],
    ['depth 1', ['--depth=1']],
    ['depth 1 without tags', ['--depth=1', '--no-tags']],
    ['depth 2 without tags', ['--depth=2', '--no-tags']],
    ['without tags', ['--no-tags']],
    ['a single branch', ['--single-branch', '--branch=main']],
    ['blobless', ['--filter=blob:none']],
    ['treeless', ['--filter=tree:0']],
    ['blobless, depth 1', ['--filter=blob:none', '--depth=1']],
    ['without a checkout', ['--no-checkout']],
  ])('says the same as a whole one: %s', async (_, options) => {
    const repo = clone(...options);
    const committed = options.includes('--no-checkout') ? ['--committed'] : [];
    const result = await affected(repo, ...committed);
    expect(result.stderr).not.toContain('error');
    expect(result.services).toEqual(expected);
    expect(result.exitCode).toBe(0);
  });

  it('may have a detached head and a sparse checkout', async () => {
    const repo = clone('--sparse', '--filter=blob:none');
    repo.git('sparse-checkout', 'set', 'services/api');
    repo.git('checkout', '--quiet', '--detach');
    expect((await affected(repo)).services).toEqual(expected);
  });

  it('is told what was fetched, and fetches nothing the next time', async () => {
    const repo = clone('--depth=1', '--no-tags');
    expect((await affected(repo)).stderr).toMatch(/shallow.*fetching/);
    const again = await affected(repo, '--no-fetch');
    expect(again.stderr).toBe('');
    expect(again.services).toEqual(
      expected.map((service) => expect.objectContaining({ name: service.name, affected: service.affected })),
    );
  });

  it.each([
    ['shallow', ['--depth=1'], /git fetch --unshallow --tags origin/],
    ['without tags', ['--no-tags'], /git fetch --tags origin/],
  ])('stops with --no-fetch and the command to run: %s', async (_, options, command) => {
    const result = await affected(clone(...options), '--no-fetch');
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(command);
  });

  it('does not fetch objects of a partial clone with --no-fetch either', async () => {
    const result = await affected(clone('--filter=blob:none', '--no-checkout'), '--no-fetch', '--committed');
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/partial clone.*git fetch --refetch --no-filter origin/s);
  });

  it.each(['blob:none', 'tree:0'])(
    'fetches what a partial clone lacks in a few goes, and says so: %s',
    async (filter) => {
      const repo = clone(`--filter=${filter}`, '--no-checkout');
      const git = await countingGit();
      const result = await affectedIn(repo, git.env, '--committed');
      expect(result.stderr).toBe(
        'This is a partial clone: fetching what it lacks of the commits that are compared.\n',
      );
      expect(result.services).toEqual(expected);
      const fetches = git.calls().filter((call) => / fetch /.test(call));
      expect(fetches.length).toBeLessThan(12);
      // Each fetch leaves a pack, as the clone itself did; Git's own fetches, one for each object, would leave more.
      const packs = readdirSync(join(repo.root, '.git/objects/pack')).filter((name) =>
        name.endsWith('.pack'),
      );
      expect(packs).toHaveLength(fetches.length + 1);
      const again = await countingGit();
      expect(await affectedIn(repo, again.env, '--committed', '--no-fetch')).toMatchObject({
        services: expected,
        stderr: '',
      });
    },
  );

  it('fetches the tags of a clone without any, though nothing says that it was made so', async () => {
    const repo = clone('--no-tags');
    repo.git('config', '--unset', 'remote.origin.tagOpt');
    const offline = await affected(repo, '--no-fetch');
    expect(offline.stderr).toMatch(/no release tags.*first release.*git fetch --tags origin/);
    const result = await affected(repo);
    expect(result.stderr).toMatch(/lacks release tags: fetching \d/);
    expect(result.services).toEqual(expected);
    expect((await affected(repo)).stderr).toBe('');
  });

  it('asks nobody where there is a release tag', async () => {
    const repo = clone();
    repo.git('remote', 'set-url', 'origin', 'http://127.0.0.1:9/repo.git');
    expect(await affected(repo)).toMatchObject({ stderr: '', services: expected, exitCode: 0 });
  });

  it('calls all a first release, with a warning, where there is no tag and the remote does not answer', async () => {
    const repo = clone('--no-tags');
    repo.git('config', '--unset', 'remote.origin.tagOpt');
    repo.git('remote', 'set-url', 'origin', 'http://127.0.0.1:9/repo.git');
    const result = await affected(repo);
    expect(result.stderr).toMatch(/does not answer.*first release/);
    expect(result.services.map(({ affected }: Planned) => affected)).toEqual([true, true, true]);
  });

  it('stops when the remote does not answer', async () => {
    const repo = clone('--depth=1');
    repo.git('remote', 'set-url', 'origin', 'http://bot:s3cr3t@127.0.0.1:9/repo.git');
    const result = await affected(repo);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).not.toContain('s3cr3t');
  });
});
