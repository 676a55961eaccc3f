import semver from 'semver';
import { expect } from 'vitest';
import type { InputPart } from '../../src/changes/serviceChange.ts';
import type { PlannedService } from '../../src/plan/releasePlan.ts';
import type { GitCommit } from '../../src/ports/git.ts';
import { seededRandom } from '../support/random.ts';
import { changeOf, commitOf, planOf } from './planValues.ts';

const names = ['@acme/api', '@acme/web', 'worker'];

class World {
  private nth = 0;
  constructor(readonly random: () => number) {}

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }

  /** A commit of any kind that people write; `earlier` newest first. */
  commit(earlier: readonly GitCommit[]): GitCommit {
    this.nth += 1;
    const word = `${this.pick(['search', 'checkout', 'Ünïcode <b>*x*</b>', 'the @acme/log thing', '#12'])} ${this.nth}`;
    const target = earlier.length > 0 && this.random() < 0.1 ? this.pick(earlier) : null;
    if (target !== null) {
      const header = target.message.split('\n')[0];
      return commitOf(`Revert "${header}"\n\nThis reverts commit ${target.hash}.`, this.nth);
    }
    const type = this.pick(['feat', 'fix', 'perf', 'docs', 'chore', 'refactor', 'deps', 'Feat', '']);
    const scope = this.pick(['', '', '(api)', '(a,b)', '(*)']);
    const header = type === '' ? word : `${type}${scope}${this.pick(['', '', '', '!'])}: ${word}`;
    const body = this.pick([
      '',
      '',
      '\n\nBREAKING CHANGE: so\nit is',
      '\n\nCloses #7',
      '\n\nprose\n---------\nmore',
    ]);
    return commitOf(this.random() < 0.02 ? '' : header + body, this.nth);
  }

  parts(): InputPart[] {
    const library = { kind: 'workspace' as const, workspace: this.pick(['packages/log', 'packages/http']) };
    return this.pick<InputPart[]>([
      [{ kind: 'source' }],
      [library],
      [library, { kind: 'root' }],
      [{ kind: 'lockfile' }],
    ]);
  }
}

interface Line {
  name: string;
  released: string[];
  last: string | null;
}

/** One release of some services after some commits; gives what was planned and which commits touched which. */
async function release(world: World, lines: Line[], channel: string | null) {
  const commits: GitCommit[] = [];
  for (let left = Math.floor(world.random() * 12); left > 0; left -= 1)
    commits.unshift(world.commit(commits));
  const touched = lines.map(() =>
    commits.filter(() => world.random() < 0.6).map((commit) => ({ commit, parts: world.parts() })),
  );
  const changes = lines.map(({ name, last, released }, index) =>
    changeOf({
      name,
      last,
      commits: touched[index] ?? [],
      affected: last === null || (touched[index]?.length ?? 0) > 0,
      takenVersions: new Set(released),
    }),
  );
  const plan = () => planOf(changes, {}, { channel });
  return { touched, planned: await plan(), again: await plan() };
}

/** Full hashes that a changelog links, as often as it does. */
function linkedHashes(changelog: string): string[] {
  return [...changelog.matchAll(/\/commit\/([0-9a-f]{40})\)/g)].map(([, hash]) => hash as string);
}

function lastOn(released: readonly string[], channel: string | null): string | null {
  const fitting = released.filter((version) => {
    const prerelease = semver.prerelease(version);
    return prerelease === null || prerelease[0] === channel;
  });
  return semver.rsort(fitting)[0] ?? null;
}

function expectGrowth({ name, released }: Line, planned: PlannedService): void {
  const { nextVersion, currentVersion } = planned;
  if (nextVersion === null) return;
  expect(released, name).not.toContain(nextVersion);
  if (currentVersion !== null)
    expect(semver.gt(nextVersion, currentVersion), `${currentVersion} → ${nextVersion}`).toBe(true);
}

/** Six releases of three services on changing channels, with random commits in between. */
export async function expectPlanProperties(seed: number): Promise<void> {
  const world = new World(seededRandom(seed));
  const lines: Line[] = names.map((name) => ({ name, released: [], last: null }));
  for (let step = 0; step < 6; step += 1) {
    const channel = world.pick([null, null, 'rc', 'beta']);
    for (const line of lines) line.last = lastOn(line.released, channel);
    const { touched, planned, again } = await release(world, lines, channel);
    expect(JSON.stringify(again)).toBe(JSON.stringify(planned));
    for (const [index, service] of planned.entries()) {
      const line = lines[index] as Line;
      expectGrowth(line, service);
      if (service.nextVersion === null) continue;
      line.released.push(service.nextVersion);
      expectWhole(service, touched[index]?.map(({ commit }) => commit) ?? []);
    }
  }
}

/** Each commit that touched the service stands in its changelog once, unless a revert and it cancel each other. */
function expectWhole({ changelog, commits }: PlannedService, touched: readonly GitCommit[]): void {
  const told = linkedHashes(changelog);
  expect(new Set(told).size).toBe(told.length);
  expect([...told].sort()).toEqual(commits.map(({ hash }) => hash).sort());
  const missing = touched.filter(({ hash }) => !told.includes(hash));
  const takesBack = (revert: GitCommit, target: GitCommit) =>
    revert.message.includes(`This reverts commit ${target.hash}`);
  for (const commit of missing) {
    const paired = missing.some((other) => takesBack(other, commit) || takesBack(commit, other));
    expect(paired, commit.message).toBe(true);
  }
}
