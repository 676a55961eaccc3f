import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { type ModelRepo, modelRepo } from '../changes/modelRepo.ts';
import { seededRandom } from '../support/random.ts';
import { shipyarn } from '../support/run.ts';

const files = [
  'services/api/src/extra.js',
  'services/web/src/extra.js',
  'packages/http/src/extra.js',
  'packages/log/src/extra.js',
  'packages/ui/src/extra.js',
  'docs/extra.md',
];
/** What each service's image is made of, in the example model. */
const inputs = {
  api: ['services/api', 'packages/http', 'packages/log'],
  web: ['services/web', 'packages/ui'],
};

/**
 * A random history with side branches, merges and releases at random commits, read by the built command line:
 * the changelog of everything holds each commit that touched the service once, and is the same the second time.
 */
export async function expectHistoryProperties(seed: number): Promise<void> {
  const repo = modelRepo();
  repo.git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  importHistory(repo, seededRandom(seed));
  for (const [service, folders] of Object.entries(inputs)) {
    const read = () => shipyarn(['changelog', service, '--all'], { cwd: repo.root });
    const first = await read();
    expect(first.exitCode, first.stderr).toBe(0);
    expect((await read()).stdout).toBe(first.stdout);
    const told = [...first.stdout.matchAll(/\/commit\/([0-9a-f]{40})\)/g)].map(([, hash]) => hash as string);
    const touched = repo.git('log', '--no-merges', '--full-history', '--format=%H', '--', ...folders);
    expect(told.sort()).toEqual(touched.split('\n').sort());
  }
}

/** Some sixty commits on top of HEAD by one `git fast-import`; versions grow with the commits' order. */
function importHistory(repo: ModelRepo, random: () => number): void {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const branches = ['main', 'side', 'hotfix'];
  const lines: string[] = [];
  let minor = 0;
  const started = new Set(['main']);
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}`;
  lines.push('reset refs/heads/main', 'from refs/heads/main^0', '');
  for (let index = 0; index < 60; index += 1) {
    const branch = index === 59 ? 'main' : pick(branches);
    const other = pick(branches.filter((each) => each !== branch && started.has(each)));
    const isMerge = started.has(branch) && other !== undefined && random() < 0.2;
    const message = isMerge ? `Merge ${other}` : `${pick(['feat', 'fix', 'chore', 'perf'])}: change ${index}`;
    lines.push(
      `commit refs/heads/${branch}`,
      `committer Ada <a@example.com> ${1_800_000_000 + index * 60} +0000`,
    );
    lines.push(data(message));
    if (!started.has(branch)) lines.push('from refs/heads/main');
    started.add(branch);
    if (isMerge) lines.push(`merge refs/heads/${other}`);
    else lines.push(`M 100644 inline ${pick(files)}`, data(`// ${index}\n`));
    lines.push('');
    if (random() < 0.15) {
      minor += 1;
      lines.push(
        `reset refs/tags/@acme/${pick(Object.keys(inputs))}@1.${minor}.0`,
        `from refs/heads/${branch}`,
        '',
      );
    }
  }
  execFileSync('git', ['fast-import', '--quiet', '--force'], {
    cwd: repo.root,
    env: repo.env,
    input: lines.join('\n'),
  });
  repo.git('reset', '--quiet', '--hard');
}
