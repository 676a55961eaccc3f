import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PlannedService, ReleasePlan } from '../../src/plan/releasePlan.ts';
import { type ModelRepo, releasedModelRepo } from '../changes/modelRepo.ts';
import { editFile } from '../changes/monorepo.ts';
import { isLong } from '../support/isLong.ts';
import { shipyarn } from '../support/run.ts';

async function apiOf(repo: ModelRepo): Promise<PlannedService> {
  const { stdout, stderr, exitCode } = await shipyarn(['affected', '--json'], { cwd: repo.root });
  expect(exitCode, stderr).toBe(0);
  const plan = JSON.parse(stdout) as ReleasePlan;
  return plan.services.find(({ name }) => name === '@acme/api') as PlannedService;
}

function touch(repo: ModelRepo, message: string): string {
  return repo.edit(message, (model) => editFile(model, 'services/api', 'src/extra.js', message));
}

describe('tags', () => {
  it('that are no semantic versions are passed over', async () => {
    const repo = await releasedModelRepo();
    touch(repo, 'fix: a');
    for (const version of [
      'latest',
      '2',
      '2.0',
      'v2.0.0',
      '02.0.0',
      '2.0.0-',
      '2.0.0.0',
      '99999999999999999999.0.0',
    ]) {
      repo.git('tag', `@acme/api@${version}`);
    }
    expect(await apiOf(repo)).toMatchObject({ currentVersion: '1.0.0', nextVersion: '1.0.1' });
  });

  it('of one version twice count once', async () => {
    const repo = await releasedModelRepo();
    repo.git('tag', '@acme/api@1.0.0+build.7');
    touch(repo, 'fix: a');
    expect((await apiOf(repo)).nextVersion).toBe('1.0.1');
  });

  it('that go backwards do not take the version back', async () => {
    const repo = await releasedModelRepo();
    touch(repo, 'fix: a');
    repo.git('tag', '@acme/api@0.9.0');
    touch(repo, 'fix: b');
    expect(await apiOf(repo)).toMatchObject({ currentVersion: '1.0.0', nextVersion: '1.0.1' });
  });

  it('of side branches are skipped, never moved', async () => {
    const repo = await releasedModelRepo();
    repo.git('checkout', '--quiet', '-b', 'hotfix');
    touch(repo, 'fix: on the side');
    repo.git('tag', '@acme/api@1.0.1');
    repo.git('checkout', '--quiet', 'main');
    touch(repo, 'fix: a');
    expect(await apiOf(repo)).toMatchObject({ currentVersion: '1.0.0', nextVersion: '1.0.2' });
  });
});

describe('commits', () => {
  it('in another encoding are read as they were written', async () => {
    const repo = await releasedModelRepo();
    repo.write({ 'services/api/src/extra.js': 'x' });
    const message = join(repo.root, '.git', 'message');
    writeFileSync(message, Buffer.from('fix: die Größe stimmt (für Zoë)', 'latin1'));
    repo.git('add', '--all');
    repo.git('-c', 'i18n.commitEncoding=ISO-8859-1', 'commit', '--quiet', '--file', message);
    repo.git('config', 'i18n.logOutputEncoding', 'ISO-8859-1');
    const { stdout } = await shipyarn(['changelog', 'api'], { cwd: repo.root });
    expect(stdout).toContain('* die Größe stimmt (für Zoë) ');
  });

  it('without a message count as a patch, with a warning', async () => {
    const repo = await releasedModelRepo();
    repo.write({ 'services/api/src/extra.js': 'x' });
    repo.git('add', '--all');
    repo.git('commit', '--quiet', '--allow-empty-message', '-m', '');
    const api = await apiOf(repo);
    expect(api).toMatchObject({ bump: 'patch', nextVersion: '1.0.1' });
    expect(api.warnings).toEqual(expect.arrayContaining([expect.stringMatching(/message is empty/)]));
    expect(api.changelog).toContain('* (no message) ');
  });

  it('by the thousand since the last tag are all told', async () => {
    const count = isLong ? 10_000 : 1_000;
    const repo = await releasedModelRepo();
    importCommits(repo, count);
    const { stdout, exitCode } = await shipyarn(['changelog', 'api'], { cwd: repo.root });
    expect(exitCode).toBe(0);
    expect(new Set(stdout.match(/change number \d+/g)).size).toBe(count);
  });
});

it('a Release-As below the current version is refused', async () => {
  const repo = await releasedModelRepo();
  const commit = touch(repo, 'fix: a\n\nRelease-As: 0.9.0');
  const { exitCode, stdout, stderr } = await shipyarn(['affected'], { cwd: repo.root });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(
    `Commit ${commit.slice(0, 10)} asks to release @acme/api as 0.9.0, but 1.0.0 is released`,
  );
});

/** Commits on top of HEAD, each changing a file of the api, made by one Git process. */
function importCommits(repo: ModelRepo, count: number): void {
  const commits = Array.from({ length: count }, (_, index) => {
    const message = `${['feat', 'fix', 'chore'][index % 3]}: change number ${index}`;
    const content = `// ${index}`;
    return [
      'commit refs/heads/main',
      `committer Ada <ada@example.com> ${1_800_000_000 + index} +0000`,
      `data ${message.length}`,
      message,
      ...(index === 0 ? ['from refs/heads/main^0'] : []),
      'M 100644 inline services/api/src/extra.js',
      `data ${content.length}`,
      content,
      '',
    ].join('\n');
  });
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repo.root, env: repo.env, input: commits.join('') });
  repo.git('reset', '--quiet', '--hard');
}
