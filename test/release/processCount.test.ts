import { expect, it } from 'vitest';
import { countingGit } from '../changes/countingGit.ts';
import { testRepos } from '../support/demoRepos.ts';
import { shipyarn } from '../support/run.ts';

it('a release starts few Git processes, and one with nothing to do still fewer', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const git = await countingGit();
  let before = 0;
  const release = async () => {
    const result = await shipyarn(['release'], { cwd: repos.monorepo, env: git.env });
    expect(result.exitCode, result.stderr).toBe(0);
    const calls = git.calls().slice(before);
    before += calls.length;
    const toRemotes = calls.filter((line) => / (ls-remote|fetch|push) /.test(line));
    return { all: calls.length, toRemotes: toRemotes.length };
  };
  const three = await release();
  await repos.merge('feat(api): more', { 'services/api/src/server.js': ['berths: 12', 'berths: 13'] });
  const one = await release();
  const nothing = await release();
  console.log(`Git processes of a release: ${JSON.stringify({ three, one, nothing })}`);
  expect(one.all).toBeLessThanOrEqual(24);
  expect(three.all).toBeLessThanOrEqual(one.all + 2);
  expect(nothing.all).toBeLessThanOrEqual(12);
}, 240_000);
