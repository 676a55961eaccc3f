import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeInfraRepo, targetFile } from '../../bench/inputs/makeInfraRepo.ts';
import { type Monorepo, makeMonorepo } from '../../bench/inputs/makeMonorepo.ts';
import { closureOf, packagesOf } from '../../bench/inputs/monorepoModel.ts';
import { median } from '../../bench/measure/statistics.ts';
import { run, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

const size = { workspaces: 10, packages: 120, commits: 90 };
let monorepo: Monorepo;

beforeAll(async () => {
  monorepo = await makeMonorepo(path.join(await tempDir('bench'), 'monorepo'), size, 7);
});

const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd }).toString().trim();

describe('the generated monorepo', () => {
  it('has as many workspaces, packages and commits as asked for', () => {
    const { folder, model, base } = monorepo;
    const lockfile = readFileSync(path.join(folder, 'yarn.lock'), 'utf8');
    expect(model.workspaces).toHaveLength(size.workspaces);
    expect(lockfile.match(/^ {2}linkType: hard$/gm)).toHaveLength(size.packages + 1);
    expect(lockfile.match(/^ {2}linkType: soft$/gm)).toHaveLength(size.workspaces + 1);
    // One more: the first commit.
    expect(Number(git(folder, 'rev-list', '--count', base))).toBe(size.commits + 1);
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('comes out the same from the same seed', async () => {
    const again = await makeMonorepo(path.join(await tempDir('bench'), 'again'), size, 7);
    expect(git(again.folder, 'rev-parse', 'main')).toBe(git(monorepo.folder, 'rev-parse', 'main'));
  });

  it('has a lockfile to which Yarn wants no change', async () => {
    const yarn = path.resolve(import.meta.dirname, '../../node_modules/yarn-4/bin/yarn.js');
    const env = { YARN_ENABLE_NETWORK: '0', YARN_ENABLE_GLOBAL_CACHE: '0', YARN_IGNORE_PATH: '1' };
    const { stdout } = await run(process.execPath, [yarn, 'install', '--immutable'], {
      cwd: monorepo.folder,
      env,
    });
    expect(stdout).toMatch(/YN0000: └ Completed/);
    expect(stdout).not.toMatch(/YN0028/);
    // It ends where the packages, which do not exist, would be fetched.
    expect(stdout).toMatch(/Fetch step/);
  });

  it('knows which services each kind of change affects', async () => {
    const { folder, base, model, history } = monorepo;
    const [source, library, lockfile, ...rest] = history.cases;
    expect(source?.affected).toHaveLength(1);
    expect(library?.affected.length).toBeGreaterThan(0);
    const upgraded = git(folder, 'log', '-1', '--format=%s', lockfile?.branch ?? '').replace(
      /^.*update /,
      '',
    );
    const users = model.services.filter(({ name }) => packagesOf(model, name).has(upgraded));
    expect(lockfile?.affected).toEqual(users.map(({ name }) => name));
    const others = new Map(rest.map(({ name, affected }) => [name, affected]));
    expect(others.get('the Node version')).toEqual(model.services.map(({ name }) => name));
    others.delete('the Node version');
    expect([...others.values()].flat()).toEqual([]);
    for (const { name, affected } of [source, library].filter((one) => one !== undefined)) {
      const branch = history.cases.find((one) => one.name === name)?.branch ?? '';
      const changed = git(folder, 'diff', '--name-only', base, branch).split('\n');
      const touched = model.services.filter((service) =>
        closureOf(model, service.name).some(({ path: at }) =>
          changed.some((file) => file.startsWith(`${at}/`)),
        ),
      );
      expect(affected).toEqual(touched.map((service) => service.name));
    }
  });

  it('is one that shipyarn reads as the truth says', async () => {
    const { stdout } = await shipyarn(['affected', '--committed', '--json'], { cwd: monorepo.folder });
    const { services } = JSON.parse(stdout) as { services: { name: string; affected: boolean }[] };
    const affected = services.filter((service) => service.affected).map(({ name }) => name);
    expect(affected.sort()).toEqual([...monorepo.history.pending.keys()].sort());
  });
});

describe('the generated infra repo', () => {
  it('has as many files and commits as asked for, and the image once', async () => {
    const folder = path.join(await tempDir('bench'), 'infra.git');
    const repository = 'registry.example.com/acme/api';
    await makeInfraRepo(folder, { files: 60, commits: 40 }, { repository, seed: 3 });
    expect(git(folder, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toHaveLength(60);
    expect(git(folder, 'rev-list', '--count', 'main')).toBe('40');
    const found = git(folder, 'grep', '--name-only', `repository: ${repository}`, 'main');
    expect(found).toBe(`main:${targetFile}`);
  });
});

describe('the median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
