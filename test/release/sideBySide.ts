import path from 'node:path';
import { expect } from 'vitest';
import { type RunResult, shipyarn } from '../support/run.ts';
import { makeWorld, type World } from './world.ts';

/** A clone of the monorepo at one commit, as a CI job has it. */
async function cloneAt(world: World, commit: string, name: string): Promise<string> {
  const clone = path.join(world.folder, name);
  await world.git(['clone', '--quiet', '--no-checkout', world.monorepoRemote, clone], world.folder);
  await world.git(['checkout', '--quiet', '--detach', commit], clone);
  return clone;
}

function release(cwd: string): Promise<RunResult> {
  return shipyarn(['release'], { cwd });
}

async function releasedWorld(): Promise<World> {
  const world = await makeWorld('oci');
  const first = await world.release();
  expect(first.exitCode, first.stderr).toBe(0);
  return world;
}

/** Image tags of releases that were put, with the number of different images each was given. */
function watchVersionTags(world: World): () => [string, number][] {
  const digests = new Map<string, Set<string>>();
  world.gate.onManifest = (reference, digest) => {
    if (!/:\d/.test(reference)) return;
    digests.set(reference, (digests.get(reference) ?? new Set()).add(digest));
  };
  return () => [...digests].map(([reference, seen]) => [reference, seen.size]);
}

/** Processes that release one commit at once, each from a clone of its own: the end is that of a single one. */
export async function oneCommit(processes: number): Promise<string> {
  const world = await releasedWorld();
  const commit = await world.merge('fix(log): measure anew', {
    'packages/log/src/index.js': ['Date.now();', 'Date.now() - 1;'],
  });
  await world.save();
  expect(await world.release()).toMatchObject({ exitCode: 0 });
  const alone = await world.state();
  await world.restore();

  const tagged = watchVersionTags(world);
  const names = Array.from({ length: processes }, (_, n) => `job-${n}`);
  const clones = await Promise.all(names.map((name) => cloneAt(world, commit, name)));
  const results = await Promise.all(clones.map(release));
  for (const { exitCode, stderr } of results) expect(exitCode, stderr).toBe(0);
  expect(await world.state()).toEqual(alone);
  expect(tagged().filter(([, images]) => images > 1)).toEqual([]);
  // Two claims of the same second are the same bytes; what counts is what the ledger says.
  const subjects = await world.git(['log', '--format=%s', 'refs/shipyarn/main'], world.monorepoRemote);
  const claims = subjects.split('\n').filter((subject) => subject.startsWith('release:')).length - 1;
  const lost = results.filter(({ stderr }) => stderr.includes('Another release was faster')).length;
  return `${processes} processes on one commit: ${claims} claim, ${lost} lost the race and found it done`;
}

/** Commits that land while earlier ones are being released, a process for each, in any order of events. */
export async function movingBranch(commits: number): Promise<string> {
  const world = await releasedWorld();
  const tagged = watchVersionTags(world);
  const runs: Promise<RunResult>[] = [];
  for (let n = 0; n < commits; n++) {
    const subject = `feat(api): number ${n} of many`;
    const before = n === 0 ? 'berths: 12' : `berths: 12, n: ${n - 1}`;
    const commit = await world.merge(subject, {
      'services/api/src/server.js': [before, `berths: 12, n: ${n}`],
    });
    runs.push(cloneAt(world, commit, `job-${n}`).then(release));
  }
  const results = await Promise.all(runs);
  for (const { exitCode, stderr } of results) expect(exitCode, stderr).toBe(0);
  const releases = await checkReleases(world, commits);
  expect(tagged().filter(([, images]) => images > 1)).toEqual([]);
  const overtaken = results.filter(({ stdout }) => stdout.includes('Overtaken')).length;
  return `${commits} processes over a moving branch: ${releases} releases, ${overtaken} overtaken`;
}

/** Versions follow each other without a gap along the branch, each commit is in one of them, the last is deployed. */
async function checkReleases(world: World, commits: number): Promise<number> {
  const { gitTags, imageTags } = await world.state();
  const versions = Object.keys(gitTags).filter((tag) => tag.startsWith('@harbour/api@0.'));
  const minors = versions.map((tag) => Number(/@0\.(\d+)\.0$/.exec(tag)?.[1])).sort((a, b) => a - b);
  expect(minors).toEqual(minors.map((_, n) => n + 1));
  const format = ['for-each-ref', '--sort=creatordate', '--format=%(contents)', 'refs/tags/@harbour/api@*'];
  const notes = await world.git(format, world.monorepoRemote);
  for (let n = 0; n < commits; n++) expect(notes.split(`number ${n} of many`)).toHaveLength(2);
  const last = `0.${minors.at(-1)}.0`;
  expect(await world.git(['show', 'main:apps/api/values.yaml'], world.infraRemote)).toContain(`"${last}"`);
  for (const minor of minors) expect(imageTags).toHaveProperty([`api:0.${minor}.0`]);
  const targets = await Promise.all(
    minors.map((minor) =>
      world.git(['rev-list', '--count', `@harbour/api@0.${minor}.0`], world.monorepoRemote),
    ),
  );
  expect(targets.map(Number)).toEqual(targets.map(Number).sort((a, b) => a - b));
  return minors.length - 1;
}
