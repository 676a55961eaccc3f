import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openInfraRepo } from '../../src/adapters/git/openInfraRepo.ts';
import { deployToEnvironment } from '../../src/deploy/deployToEnvironment.ts';
import { readDeployments } from '../../src/deploy/readDeployments.ts';
import { tempDir } from '../support/tempDir.ts';

const files = 20_000;
const commits = 50_000;
const path = (app: number) => `clusters/c${app % 10}/team-${app % 100}/app-${app}/values.yaml`;

/** Keys that no compressor can make nothing of. */
function content(app: number, version: string): string {
  const keys = Array.from(
    { length: 20 },
    (_, at) => `  KEY_${at}: ${((app * 31 + at) * 2_654_435_761) % 4_294_967_296}\n`,
  );
  return `image:\n  repository: registry.example.com/team/app-${app}\n  tag: ${version}\nenv:\n${keys.join('')}`;
}

async function generate(remote: string): Promise<void> {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  for (const key of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant']) {
    execFileSync('git', ['-C', remote, 'config', key, 'true']);
  }
  const child = spawn('git', ['-C', remote, 'fast-import', '--quiet', '--done'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  let pending = '';
  const write = async (text: string, last = false) => {
    pending += text;
    if (pending.length < 1_000_000 && !last) return;
    if (!child.stdin.write(pending)) await once(child.stdin, 'drain');
    pending = '';
  };
  const file = (app: number, version: string) => {
    const text = content(app, version);
    return `M 100644 inline ${path(app)}\ndata ${text.length}\n${text}\n`;
  };
  const commit = (at: number, message: string) =>
    `commit refs/heads/main\ncommitter A <a@example.com> ${1_600_000_000 + at * 60} +0000\ndata ${message.length}\n${message}\n`;
  await write(commit(0, 'start'));
  for (let app = 0; app < files; app += 1) await write(file(app, '1.0.0'));
  for (let at = 1; at < commits; at += 1) {
    const app = (at * 7919) % files;
    const version = `1.${at % 50}.${at}`;
    const message = `deploy(production): app-${app} ${version}\n\nEnvironment: production\nService: @acme/app-${app}\nVersion: ${version}\n`;
    await write(commit(at, message) + file(app, version));
  }
  await write('done\n', true);
  child.stdin.end();
  await once(child, 'close');
  execFileSync('git', ['-C', remote, 'repack', '-adq']);
}

function packedBytes(objects: string): number {
  const names = readdirSync(objects, { recursive: true, encoding: 'utf8' });
  const sizes = names.map((name) => statSync(join(objects, name))).filter((stat) => stat.isFile());
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

describe('an infra repo of 20,000 files and 50,000 commits', () => {
  let remote = '';
  let total = 0;
  beforeAll(async () => {
    remote = join(await tempDir('big'), 'infra.git');
    await generate(remote);
    total = packedBytes(join(remote, 'objects/pack'));
  });

  const open = async () => {
    const repo = await openInfraRepo({ repo: `file://${remote}`, branch: 'main', env: process.env });
    onTestFinished(() => repo.git.close());
    return repo;
  };

  const bump = async (version: string, paths: string[] | undefined) => {
    const started = performance.now();
    const repo = await open();
    const result = await deployToEnvironment(
      {
        environment: { name: 'production', repo: repo.url, ...(paths === undefined ? {} : { paths }) },
        siblings: [],
        mode: 'release',
        settings: undefined,
        versions: [
          {
            service: '@acme/app-123',
            repository: 'registry.example.com/team/app-123',
            version,
            sourceCommit: null,
          },
        ],
      },
      { repo, clock: { now: () => Date.now() }, report: () => undefined },
    );
    expect(result.edits).toHaveLength(1);
    const moved = packedBytes(join(repo.git.history.root, 'objects'));
    console.info(
      `${paths ?? 'no paths'}: ${Math.round(performance.now() - started)} ms, ${moved} of ${total} bytes (${((100 * moved) / total).toFixed(3)} %)`,
    );
    return moved;
  };

  it('is bumped by less than a hundredth of its bytes where the path is configured', async () => {
    expect(await bump('9.0.0', [path(123)])).toBeLessThan(total / 100);
    expect(await bump('9.0.1', ['clusters/c3/team-23/app-123'])).toBeLessThan(total / 100);
    expect(await bump('9.0.2', ['clusters/c3/team-23/*/values.yaml'])).toBeLessThan(total / 100);
  });

  it('is searched as a whole where nothing is configured, which moves more', async () => {
    expect(await bump('9.1.0', undefined)).toBeLessThan(total / 2);
  });

  it('tells its history without a tree or a file', async () => {
    const repo = await open();
    const deployments = await readDeployments(repo, () => false);
    expect(deployments.length).toBeGreaterThanOrEqual(commits - 1);
    const kinds = execFileSync('git', ['cat-file', '--batch-all-objects', '--batch-check=%(objecttype)'], {
      cwd: repo.git.history.root,
      maxBuffer: 1e9,
    });
    expect([...new Set(kinds.toString().trim().split('\n'))]).toEqual(['commit']);
  });
});
