import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Monorepo } from '../inputs/makeMonorepo.ts';
import { closureOf, packagesOf } from '../inputs/monorepoModel.ts';
import { node, projectRoot, runCommand, shell, shipyarn } from '../measure/command.ts';
import type { Contender, Task } from '../measure/task.ts';
import { peer } from '../peers.ts';
import type { Subject } from './subject.ts';

/** A service's Docker context, written to a folder: of the service that needs the most, where that is known. */
export function context({ folder, services, truth }: Subject, input: string, scratch: string): Task {
  const service = truth === null ? (services[0]?.name ?? '') : largest(truth);
  const out = path.join(scratch, 'context');
  const empty = () => rm(out, { recursive: true, force: true });
  const judged = truth === null ? {} : { judge: () => judgeContext(truth, service, out) };
  const size =
    truth === null ? service : `one service with ${closureOf(truth.model, service).length} workspaces`;
  return {
    id: `context-${input}`,
    title: `Docker context of ${size}`,
    input,
    contenders: [
      {
        name: 'shipyarn context --out',
        kind: 'shipyarn',
        prepare: empty,
        command: shipyarn(['context', service, '--commit', 'HEAD', '--out', out], folder),
        ...judged,
      },
      {
        name: 'turbo prune --docker',
        kind: 'peer',
        prepare: empty,
        command: peer('turbo', ['prune', service, '--docker', '--out-dir', out], folder),
        ...judged,
      },
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], folder) },
      ...(truth === null ? [] : [archive(truth, service, out)]),
    ],
    cannot: { nx: 'prunes what its own bundler built, not a Yarn workspace', lerna: 'makes no contexts' },
    ...(truth !== null && {
      note: 'The answer is judged by the packages in the pruned lockfiles, and by whether real Yarn takes them with `--immutable`.',
    }),
  };
}

/** What Git alone takes to write the files of a closure. */
function archive({ folder, model }: Monorepo, service: string, out: string): Contender {
  const paths = closureOf(model, service).map(({ path: each }) => each);
  return {
    name: 'git archive of the closure',
    kind: 'floor',
    prepare: async () => {
      await rm(out, { recursive: true, force: true });
      await mkdir(out, { recursive: true });
    },
    command: shell(`git archive HEAD package.json yarn.lock ${paths.join(' ')} | tar -x -C '${out}'`, folder),
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
