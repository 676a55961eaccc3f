import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorAnswer, startScripted } from '../registry/scriptedRegistry.ts';
import { type TestRepos, testRepos } from '../support/demoRepos.ts';
import { run, shipyarn } from '../support/run.ts';
import { tempDir } from '../support/tempDir.ts';

/** A repository with these files in one commit. */
async function repo(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempDir('bad');
  await run('git', ['init', '--quiet'], { cwd: folder });
  for (const [file, text] of Object.entries(files)) {
    await run('mkdir', ['-p', path.dirname(file)], { cwd: folder });
    await writeFile(path.join(folder, file), text);
  }
  await run('git', ['add', '--all'], { cwd: folder });
  const person = ['-c', 'user.name=T', '-c', 'user.email=t@example.com'];
  await run('git', [...person, 'commit', '--quiet', '--allow-empty', '-m', 'x'], { cwd: folder });
  return folder;
}

const root = '{ "name": "root", "workspaces": ["a/*"] }';
const lock =
  '__metadata:\n  version: 8\n\n"root@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "root@workspace:."\n  languageName: unknown\n  linkType: soft\n';

describe('input that is wrong gets one message with the way out, status 2, and changes nothing', () => {
  const cases: [what: string, files: Record<string, string>, says: RegExp, way: RegExp][] = [
    ['no package.json', {}, /no package\.json in the root/, /Yarn monorepo/],
    [
      'no workspaces',
      { 'package.json': '{ "name": "x" }' },
      /package\.json:1: .*no `workspaces`/,
      /"workspaces"/,
    ],
    ['no yarn.lock', { 'package.json': root }, /no yarn\.lock/, /yarn install/],
    [
      'a package.json that does not parse',
      { 'package.json': root, 'yarn.lock': lock, 'a/b/package.json': '{\n"name":"b",\n oops\n}' },
      /a\/b\/package\.json:3: .*not valid JSON/,
      /Mend the file/,
    ],
    [
      'two workspaces with one name',
      {
        'package.json': root,
        'yarn.lock': lock,
        'a/b/package.json': '{ "name": "b" }',
        'a/c/package.json': '{ "name": "b" }',
      },
      /a\/b\/package\.json and a\/c\/package\.json have the same name, b/,
      /Rename one/,
    ],
    [
      'a cache that the builder cannot keep',
      { 'package.json': root, 'yarn.lock': lock, 'shipyarn.yaml': 'builder: oci\ncache: registry\n' },
      /shipyarn\.yaml:2: `cache: registry` goes with `builder: buildx`, and the builder is `oci`/,
      /Leave `cache` out/,
    ],
    [
      'an unknown key',
      { 'package.json': root, 'shipyarn.yaml': 'services: ["a/*"]\nregisty: x\n' },
      /shipyarn\.yaml:2: unknown key `registy`/,
      /Did you mean `registry`\? Allowed here: extends, services/,
    ],
    [
      'a wrong type',
      { 'package.json': root, 'shipyarn.yaml': 'services: a\n' },
      /shipyarn\.yaml:1: `services` is "a", but must be Array/,
      /docs\/configuration\.md/,
    ],
  ];
  it.each(cases)('%s', async (_what, files, says, way) => {
    const cwd = await repo(files);
    const before = await readdir(cwd, { recursive: true });
    const result = await shipyarn(['affected'], { cwd });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    const [first = '', ...rest] = result.stderr.trim().split('\n');
    expect(first).toMatch(says);
    expect(rest.join('\n')).toMatch(way);
    expect(await readdir(cwd, { recursive: true })).toEqual(before);
  });

  it('not a Git repository', async () => {
    const result = await shipyarn(['affected'], { cwd: await tempDir('none') });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/is not inside a Git repository/);
  });

  it('a command, an option or a folder that does not exist', async () => {
    const cwd = await tempDir('none');
    const relase = await shipyarn(['relase'], { cwd });
    expect(relase).toMatchObject({ exitCode: 2, stdout: '' });
    expect(relase.stderr).toMatch(/no command `relase`[\s\S]*Did you mean `release`/);
    expect(await shipyarn(['release', '--foo'], { cwd })).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await shipyarn(['affected', '--cwd', 'nope'], { cwd })).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('a release that cannot be', () => {
  it.each([
    ['infra repo unreachable', ['infra.git', 'nope.git'], 1, /nope\.git cannot be reached/, {}],
    [
      'no engine though it is asked for',
      ['builder: oci', 'builder: engine'],
      2,
      /No Docker Engine answers at unix:\/\/\/nonexistent\.sock[\s\S]*builder: oci/,
      { DOCKER_HOST: 'unix:///nonexistent.sock' },
    ],
    [
      'auto is the engine, and never quietly another',
      ['builder: oci', 'builder: auto'],
      2,
      /No Docker Engine answers/,
      { DOCKER_HOST: 'unix:///nonexistent.sock' },
    ],
  ] as const)('%s', async (_what, edit, exitCode, says, env) => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    await repos.merge('chore: break', { 'shipyarn.yaml': edit });
    await expectNothingDone(repos, async () => {
      const result = await shipyarn(['release'], { cwd: repos.monorepo, env });
      expect(result).toMatchObject({ exitCode, stdout: '' });
      expect(result.stderr).toMatch(says);
    });
  });

  it('a registry that refuses the credentials', async () => {
    const { host } = await startScripted((_request, response) =>
      errorAnswer(response, 403, 'DENIED', 'requested access to the resource is denied'),
    );
    const repos = await testRepos({ registry: `${host}/harbour`, builder: 'oci' });
    await expectNothingDone(repos, async () => {
      const result = await shipyarn(['release'], { cwd: repos.monorepo });
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain(host);
      expect(result.stderr).toMatch(/403|denied|may not/i);
      expect(result.stderr).not.toContain('claimed');
    });
  });

  it('a commit that is not merged', async () => {
    const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
    await repos.git([
      '-c',
      'user.name=T',
      '-c',
      'user.email=t@t',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'fix: x',
    ]);
    await expectNothingDone(repos, async () => {
      const result = await shipyarn(['release'], { cwd: repos.monorepo });
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(result.stderr).toMatch(/is not on origin\/main/);
    });
  });
});

/** Neither remote changes, and no temporary folder stays. */
async function expectNothingDone(repos: TestRepos, action: () => Promise<void>): Promise<void> {
  const state = async () => [
    await repos.git(['for-each-ref'], repos.monorepoRemote),
    await repos.git(['for-each-ref'], repos.infraRemote),
    await repos.git(['status', '--porcelain']),
  ];
  const before = await state();
  await action();
  expect(await state()).toEqual(before);
}
