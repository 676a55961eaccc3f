import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Monorepo } from '../inputs/makeMonorepo.ts';
import { closureOf, packagesOf } from '../inputs/monorepoModel.ts';
import { node, projectRoot, runCommand, shell, shipyarn } from '../measure/command.ts';
import type { Task } from '../measure/task.ts';
import { peer } from '../peers.ts';

/** A service's Docker context, written to a folder. */
export function context(monorepo: Monorepo, input: string, scratch: string): Task {
  const { folder, model } = monorepo;
  const service = largest(monorepo);
  const out = path.join(scratch, 'context');
  const empty = () => rm(out, { recursive: true, force: true });
  const paths = closureOf(model, service).map(({ path: each }) => each);
  return {
    id: `context-${input}`,
    title: `Docker context of one service with ${paths.length} workspaces`,
    input,
    contenders: [
      {
        name: 'shipyarn context --out',
        kind: 'shipyarn',
        prepare: empty,
        command: shipyarn(['context', service, '--commit', 'HEAD', '--out', out], folder),
        judge: () => judgeContext(monorepo, service, out),
      },
      {
        name: 'turbo prune --docker',
        kind: 'peer',
        prepare: empty,
        command: peer('turbo', ['prune', service, '--docker', '--out-dir', out], folder),
        judge: () => judgeContext(monorepo, service, out),
      },
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], folder) },
      {
        name: 'git archive of the closure',
        kind: 'floor',
        prepare: async () => {
          await empty();
          await mkdir(out, { recursive: true });
        },
        command: shell(
          `git archive HEAD package.json yarn.lock ${paths.join(' ')} | tar -x -C '${out}'`,
          folder,
        ),
      },
    ],
    cannot: { nx: 'prunes what its own bundler built, not a Yarn workspace', lerna: 'makes no contexts' },
    note: 'The answer is judged by the packages in the pruned lockfiles, and by whether real Yarn takes them with `--immutable`.',
  };
}

/** The service that needs the most packages. */
function largest({ model }: Monorepo): string {
  const sized = model.services.map(({ name }) => [packagesOf(model, name).size, name] as const);
  return sized.sort(([a], [b]) => b - a)[0]?.[1] ?? '';
}

async function judgeContext({ model }: Monorepo, service: string, out: string): Promise<string> {
  const wanted = packagesOf(model, service);
  const lockfiles = (await readdir(out, { recursive: true })).filter(
    (file) => path.basename(file) === 'yarn.lock',
  );
  if (lockfiles.length === 0) return 'no lockfile';
  const problems: string[] = [];
  for (const file of lockfiles) {
    const text = await readFile(path.join(out, file), 'utf8');
    const there = new Set([...text.matchAll(/^ {2}resolution: "(.+?)@npm:/gm)].map(([, name]) => name));
    const missing = [...wanted].filter((name) => !there.has(name)).length;
    const extra = [...there].filter((name) => !wanted.has(name ?? '')).length;
    if (missing > 0) problems.push(`${file}: ${missing} packages missing`);
    if (extra > 0) problems.push(`${file}: ${extra} packages too many`);
    const folder = path.dirname(path.join(out, file));
    const isInstalled = (await readdir(folder)).includes('package.json');
    if (isInstalled && !(await yarnAccepts(folder))) problems.push(`${file}: Yarn refuses it`);
  }
  return problems.length === 0 ? `right (${wanted.size} packages)` : problems.join('; ');
}

/** Whether Yarn finds nothing to change in the lockfile: it says so (YN0028) before it would fetch anything. */
async function yarnAccepts(folder: string): Promise<boolean> {
  const { stdout } = await runCommand({
    file: process.execPath,
    args: [
      path.join(projectRoot, 'node_modules/yarn-4/bin/yarn.js'),
      'install',
      '--immutable',
      '--mode=skip-build',
    ],
    cwd: folder,
    env: {
      YARN_ENABLE_NETWORK: '0',
      YARN_ENABLE_GLOBAL_CACHE: '0',
      YARN_IGNORE_PATH: '1',
      YARN_ENABLE_TELEMETRY: '0',
    },
  });
  return /Resolution step\n(.*\n)*?.*Completed/.test(stdout) && !/YN0028/.test(stdout);
}
