import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../helpers/testRepo.ts';
import { reachingNpm, run, shipyarn } from '../support/run.ts';
import { acme } from '../workspace/acme.ts';
import { yarnRepo } from '../workspace/yarnRepo.ts';

describe('shipyarn context', () => {
  it('writes a folder, and the same bytes as a tar each time', async () => {
    const { root: cwd } = yarnRepo(4, acme);
    const out = join(testFolder(), 'context');
    expect(await shipyarn(['context', 'api', '--out', out], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect(readdirSync(out).sort()).toEqual([
      'Dockerfile',
      'dependencies',
      'manifests',
      'production',
      'service',
    ]);

    const tars = [join(out, 'one.tar'), join(out, 'two.tar')];
    for (const tar of tars) await shipyarn(['context', 'api', '--tar', tar, '--commit', 'HEAD'], { cwd });
    const [one, two] = tars.map((tar) => readFileSync(tar));
    expect(one?.equals(two as Buffer)).toBe(true);
    const names = execFileSync('tar', ['tf', tars[0] as string])
      .toString()
      .trim()
      .split('\n');
    expect(names).toContain('service/services/api/server.js');

    const { stdout } = await shipyarn(['context', '@acme/api', '--json'], { cwd });
    const shown = JSON.parse(stdout);
    expect(shown.digest).toBe(
      `sha256:${createHash('sha256')
        .update(one as Buffer)
        .digest('hex')}`,
    );
    expect(shown.size).toBe(one?.length);
    expect(shown.layers.map(({ name }: { name: string }) => name)).toEqual([
      'manifests',
      'production',
      'dependencies',
      'service',
    ]);
  });

  it('writes into no folder that holds something, and leaves nothing behind', async () => {
    const { root: cwd } = yarnRepo(4, acme);
    const parent = testFolder();
    mkdirSync(join(parent, 'full'));
    writeFileSync(join(parent, 'full', 'mine'), '');
    const { exitCode, stderr } = await shipyarn(['context', 'api', '--out', join(parent, 'full')], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not empty');
    expect(readdirSync(parent)).toEqual(['full']);
    writeFileSync(join(parent, 'file'), '');
    for (const option of ['--out', '--tar']) {
      const target = join(parent, 'file', 'inside');
      const refused = await shipyarn(['context', 'api', option, target], { cwd });
      expect(refused.exitCode, option).toBe(2);
      expect(refused.stderr, option).toMatch(/inside .*\(E(NOTDIR|EXIST)\)/);
    }
  });

  it('ends with one line where an output takes nothing', async () => {
    const { root: cwd } = yarnRepo(4, acme);
    const cli = join(import.meta.dirname, '../../dist/bin.cjs');
    const full = await run('sh', ['-c', `node ${cli} context api --tar - > /dev/full`], { cwd });
    expect(full).toMatchObject({
      exitCode: 1,
      stderr: 'error Standard output cannot be written (ENOSPC).\n',
    });
    // Node's own way to make folders never ends there.
    const nowhere = await shipyarn(['context', 'api', '--tar', '/proc/none/such/context.tar'], { cwd });
    expect(nowhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('(ENOENT)') });
  });

  it('writes into a pipe where that stands, and through symlinks', async () => {
    const { root: cwd } = yarnRepo(4, acme);
    const folder = testFolder();
    const at = (name: string) => join(folder, name);
    execFileSync('mkfifo', [at('pipe')]);
    const reader = run('sh', ['-c', `cat '${at('pipe')}' | tar t`], { cwd });
    const written = await shipyarn(['context', 'api', '--tar', at('pipe')], { cwd });
    expect(written).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await reader).stdout).toContain('service/services/api/server.js');
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);

    mkdirSync(at('folder'));
    writeFileSync(at('tar'), 'of last time');
    for (const name of ['folder', 'tar']) symlinkSync(name, at(`to-${name}`));
    await shipyarn(['context', 'api', '--tar', at('to-tar')], { cwd });
    await shipyarn(['context', 'api', '--out', at('to-folder')], { cwd });
    for (const name of ['folder', 'tar']) expect(readlinkSync(at(`to-${name}`))).toBe(name);
    expect(readdirSync(at('folder'))).toContain('Dockerfile');
    expect(execFileSync('tar', ['tf', at('tar')]).toString()).toContain('service/services/api/server.js');
    expect(readdirSync(folder).sort()).toEqual(['folder', 'pipe', 'tar', 'to-folder', 'to-tar']);
  });

  it('warns of a symlink whose target stays behind', async () => {
    const repo = yarnRepo(4, { ...acme, 'shared/one.js': '1;\n', 'shared/two.js': '2;\n' });
    symlinkSync('../../shared/one.js', join(repo.root, 'services/api/one.js'));
    symlinkSync('../../shared/two.js', join(repo.root, 'services/api/two.js'));
    symlinkSync('dist/index.js', join(repo.root, 'services/api/built.js'));
    symlinkSync('../../packages/lib', join(repo.root, 'services/api/lib'));
    repo.commit('feat: links', { 'shipyarn.yaml': `${acme['shipyarn.yaml']}inputs: [shared/one.js]\n` });
    const { stdout, stderr } = await shipyarn(['context', 'api', '--json'], { cwd: repo.root });
    expect(JSON.parse(stdout).warnings).toEqual([
      expect.stringContaining('services/api/two.js leads to shared/two.js, which is not in the context'),
    ]);
    expect(stderr).toContain('shared/two.js');
  });

  it("verifies the slices with the repo's own Yarn, and says which entry differs", async () => {
    const repo = yarnRepo(4, acme);
    const options = { cwd: repo.root, env: reachingNpm };
    const verified = await shipyarn(['context', 'api', '--verify'], options);
    expect(verified).toMatchObject({ exitCode: 0 });
    expect(verified.stderr).toMatch(/✓ manifests: \d+ entries/);

    const lockfile = readFileSync(join(repo.root, 'yarn.lock'), 'utf8');
    repo.commit('fix: edit', {
      'yarn.lock': lockfile.replace('languageName: unknown', 'languageName: other'),
    });
    const differing = await shipyarn(['context', 'api', '--verify'], options);
    expect(differing.exitCode).toBe(1);
    expect(differing.stderr).toMatch(/different: "@?acme/);
    expect(existsSync(join(repo.root, 'node_modules'))).toBe(false);
  });
});

it('asks for more than an unscoped name that two services have', async () => {
  const twin = { name: '@other/api', version: '1.0.0', main: 'index.js' };
  const image = 'overrides: { "@other/api": { image: other } }\n';
  const repo = yarnRepo(4, {
    ...acme,
    'shipyarn.yaml': `${acme['shipyarn.yaml']}${image}`,
    'services/twin/package.json': twin,
  });
  const refused = await shipyarn(['context', 'api', '--json'], { cwd: repo.root });
  expect(refused).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('`api` may mean @acme/api or @other/api.'),
  });
  for (const word of ['@acme/api', 'services/api/']) {
    const { stdout } = await shipyarn(['context', word, '--json'], { cwd: repo.root });
    expect(JSON.parse(stdout).service.name).toBe('@acme/api');
  }
  repo.write({
    'shipyarn.yaml': `${acme['shipyarn.yaml']}${image.replace(' }\n', ', api: { node: "20" } }\n')}`,
  });
  expect(await shipyarn(['context', '@acme/api'], { cwd: repo.root })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/shipyarn\.yaml:3: `overrides\.api` may mean/),
  });
});
