import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { homeFolder } from './measure/cleanEnvironment.ts';
import { projectRoot } from './measure/command.ts';
import { git } from './measure/git.ts';
import { runTask } from './measure/runTask.ts';
import type { TaskResult } from './measure/task.ts';
import { type BenchOptions, help, parseOptions } from './options.ts';
import { installPeers, peerVersions } from './peers.ts';
import { profile } from './profile.ts';
import { renderPage } from './report/page.ts';
import { type Bench, previewTasks, repositoryTasks, shipTasks } from './tasks/allTasks.ts';

/** Runs the benchmark; gives the exit status. The page goes to standard output, progress to standard error. */
export async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const scratch = await mkdtemp(path.join(await realpath(os.tmpdir()), 'shipyarn-bench-'));
  try {
    if (options.profile) process.stdout.write(await profile(options, scratch, say));
    else await compare(options, argv, scratch);
  } finally {
    for (const folder of [scratch, homeFolder()])
      if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  return 0;
}

async function compare(options: BenchOptions, argv: readonly string[], scratch: string): Promise<void> {
  await installPeers(say);
  const results: TaskResult[] = [];
  const { runs, only } = options;
  const patience = options.quick ? 4_000 : 30_000;
  const bench: Bench = {
    options,
    scratch,
    say,
    wants: (id) => only.length === 0 || only.includes(id),
    async run(task) {
      results.push(await runTask(task, { runs, scratch, patience, say }));
    },
  };
  const answers = options.repo === null ? await previewTasks(bench) : null;
  if (options.repo === null) await shipTasks(bench);
  else await repositoryTasks(bench, options.repo);
  const isWhole = options.repo === null && only.length === 0;
  const page = renderPage({
    command: ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' '),
    date: options.date,
    machine: machine(),
    versions: await versions(),
    seed: options.seed,
    isWhole,
    results,
    answers,
    profile: isWhole ? await profile(options, path.join(scratch, 'profile'), say) : null,
  });
  process.stdout.write(page);
  if (!options.write) return;
  await writeFile(path.join(projectRoot, 'docs/performance.md'), page);
  say('wrote docs/performance.md');
}

async function versions(): Promise<[string, string][]> {
  const commit = await git(projectRoot, 'rev-parse', '--short', 'HEAD').catch(() => 'unknown');
  const gitVersion = (await git(projectRoot, '--version')).replace('git version ', '');
  const own: [string, string][] = [
    ['shipyarn', commit],
    ['Node', process.versions.node],
    ['Git', gitVersion],
  ];
  return [...own, ...(await peerVersions())];
}

function machine(): string {
  const cpus = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  const load = os.loadavg()[0] ?? 0;
  return `${cpus.length} cores (${cpus[0]?.model.trim()}), ${memory}, ${os.type()} ${os.release()}; load average ${load.toFixed(1)} at the end`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
