import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type InfraSize, makeInfraRepo, targetFile } from '../inputs/makeInfraRepo.ts';
import type { Monorepo } from '../inputs/makeMonorepo.ts';
import { node, shell, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';
import { startRelay } from '../measure/relay.ts';
import { startGitDaemon } from '../measure/servers.ts';
import type { Contender, Task } from '../measure/task.ts';

/** One tag in a large infra repo. The task's remote counts the bytes that move. */
export async function infraBump(
  monorepo: Monorepo,
  size: InfraSize,
  options: { scratch: string; seed: number },
): Promise<{ task: Task; close(): Promise<void> } | null> {
  const bare = path.join(options.scratch, 'infra.git');
  const repository = 'registry.example.com/acme/svc-0';
  await makeInfraRepo(bare, size, { repository, seed: options.seed });
  const daemon = await startGitDaemon(options.scratch);
  if (daemon === null) return null;
  const relay = await startRelay(daemon.port);
  const url = `git://127.0.0.1:${relay.port}/infra.git`;
  const [service, version] = [...monorepo.history.versions][0] as [string, string];
  const tip = await git(bare, 'rev-parse', 'main');
  const whole = await repositoryBytes(bare);
  const work = path.join(options.scratch, 'infra-work');
  const config = path.join(monorepo.folder, 'bench.shipyarn.yaml');
  await writeFile(
    config,
    `services: ["services/*"]\nregistry: registry.example.com/acme\ninfra:\n  repo: ${url}\n  branch: main\n  paths: ["${path.dirname(targetFile)}/**"]\n`,
  );
  const reset = async () => {
    await rm(work, { recursive: true, force: true });
    await git(bare, 'update-ref', 'refs/heads/main', tip);
    relay.takeBytes();
  };
  const judge = async () => {
    const moved = relay.takeBytes();
    const changed = await git(bare, 'diff', '--numstat', tip, 'main');
    const line = await git(bare, 'show', `main:${targetFile}`);
    const right = changed === `1\t1\t${targetFile}` && line.includes(`tag: ${version}`);
    return `${right ? 'right' : `wrong: ${changed || 'nothing changed'}`}; moved ${formatShare(moved, whole)}`;
  };
  const edit = (clone: string) =>
    shell(
      `${clone}\ncd '${work}'\nsed -i 's/^  tag: .*/  tag: ${version}/' ${targetFile}\ngit commit --quiet --all --message bump\ngit push --quiet origin HEAD:main`,
      options.scratch,
    );
  const common: Pick<Contender, 'prepare' | 'judge'> = { prepare: reset, judge };
  const sparse = `git clone --quiet --depth 1 --filter=blob:none --sparse ${url} '${work}'; git -C '${work}' sparse-checkout set ${path.dirname(targetFile)}`;
  const task: Task = {
    id: 'infra',
    title: 'Bump one tag and push',
    input: `infra repo of ${size.files} files and ${size.commits} commits, ${mebibytes(whole)}`,
    contenders: [
      {
        ...common,
        name: 'shipyarn deploy',
        kind: 'shipyarn',
        command: shipyarn(
          ['deploy', `${service}@${version}`, '--config', path.basename(config)],
          monorepo.folder,
        ),
      },
      {
        ...common,
        name: 'clone, sed, commit, push',
        kind: 'peer',
        command: edit(`git clone --quiet ${url} '${work}'`),
      },
      {
        ...common,
        name: 'the same with --depth 1',
        kind: 'peer',
        command: edit(`git clone --quiet --depth 1 ${url} '${work}'`),
      },
      { ...common, name: 'plain Git: --depth 1, blobless, sparse', kind: 'floor', command: edit(sparse) },
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], options.scratch) },
    ],
    note: "`moved`: bytes either way between client and `git daemon`, and their share of the repository's packed size. `infra.paths` names the service's folder.",
    cannot: { 'turbo, nx, lerna': 'know no infra repos' },
  };
  return {
    task,
    async close() {
      relay.close();
      await daemon.stop();
      await rm(config);
    },
  };
}

/** Size of the packs and loose objects, in bytes. */
async function repositoryBytes(bare: string): Promise<number> {
  const counts = await git(bare, 'count-objects', '-v');
  const kibibytes = [...counts.matchAll(/^size(?:-pack)?: (\d+)$/gm)].map(([, digits]) => Number(digits));
  return kibibytes.reduce((sum, one) => sum + one, 0) * 1024;
}

function formatShare(bytes: number, whole: number): string {
  return `${mebibytes(bytes)} (${((bytes / whole) * 100).toFixed(1)} %)`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}
