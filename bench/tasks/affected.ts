import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Monorepo } from '../inputs/makeMonorepo.ts';
import type { ChangeCase } from '../inputs/monorepoHistory.ts';
import { type Command, finish, node, type Outcome, shell, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';
import type { Contender, Task } from '../measure/task.ts';
import { peer } from '../peers.ts';
import type { Subject } from './subject.ts';

/** A tool that can say which workspaces changed, and how its answer reads. */
interface Detector {
  name: string;
  kind: 'shipyarn' | 'peer';
  command: Command;
  statuses?: readonly number[];
  /** Names in the answer, libraries among them. */
  names(stdout: string): string[];
}

const gitFloor = 'plain Git';

/** Which services changed since the last release: the day's work on `main`. */
export function affected({ folder, base, services, truth }: Subject, input: string): Task {
  const known = new Set(services.map(({ name }) => name));
  const due = [...(truth?.history.pending.keys() ?? [])];
  const contenders = detectors(folder, base, truth === null ? ['--since', base] : []).map(
    ({ names, ...detector }): Contender => ({
      ...detector,
      prepare: () => forgetNx(folder),
      ...(truth !== null && {
        judge: ({ stdout }: Outcome) =>
          compare(
            names(stdout).filter((name) => known.has(name)),
            due,
          ),
      }),
    }),
  );
  return {
    id: `affected-${input}`,
    title: 'Which services changed',
    input,
    contenders: [
      ...contenders,
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], folder) },
      {
        name: gitFloor,
        kind: 'floor',
        command: shell(
          `git diff --name-only ${base} HEAD >/dev/null; git ls-tree -r HEAD >/dev/null; git log --name-only ${base}..HEAD >/dev/null`,
          folder,
        ),
      },
    ],
    note: 'Without a cache of answers or a daemon of any tool. `--names` lists names, as the peers do; without an option it shows reasons, commits and next versions; `--json` adds identities and changelogs. Plain Git: `diff --name-only`, `ls-tree -r`, `log --name-only`.',
    cannot: { 'git-cliff': 'knows no workspaces', 'conventional-changelog': 'knows no workspaces' },
  };
}

/** One kind of change alone, told from our own other ones by `id`; the folder has its branch checked out. */
export function affectedByCase(
  { folder, size, base, model }: Monorepo,
  { name, affected: due }: ChangeCase,
  id: string,
): Task {
  const services = new Set(model.services.map((service) => service.name));
  const asked = detectors(folder, base).filter((detector) => /^(shipyarn|turbo)/.test(detector.name));
  return {
    id: `${id}-${size.workspaces}`,
    title: `Which services changed, by ${name}`,
    input: String(size.workspaces),
    contenders: asked.map(({ names, ...detector }) => ({
      ...detector,
      judge: ({ stdout }) =>
        compare(
          names(stdout).filter((each) => services.has(each)),
          due,
        ),
    })),
  };
}

/** Every kind of change alone, answered by every tool. */
export async function affectedAnswers({
  folder,
  base,
  model,
  history,
}: Monorepo): Promise<{ tools: string[]; rows: { change: string; answers: string[] }[] }> {
  const services = new Set(model.services.map(({ name }) => name));
  const tools = detectors(folder, base);
  const rows = [];
  for (const { name: change, branch, affected: truth } of history.cases) {
    await git(folder, 'switch', '--quiet', '--detach', branch);
    const answers: string[] = [];
    for (const { command, names, statuses } of tools) {
      await forgetNx(folder);
      const { stdout } = await finish(command, statuses);
      answers.push(
        compare(
          names(stdout).filter((name) => services.has(name)),
          truth,
        ),
      );
    }
    rows.push({ change, answers });
  }
  await git(folder, 'switch', '--quiet', 'main');
  return { tools: tools.map(({ name }) => name), rows };
}

/** `since`: arguments for those that find the last release by themselves. */
function detectors(folder: string, base: string, since: readonly string[] = []): Detector[] {
  return [
    {
      name: 'shipyarn affected --names',
      kind: 'shipyarn',
      command: shipyarn(['affected', '--committed', '--names', ...since], folder),
      names: (stdout) => stdout.split('\n').filter((name) => name !== ''),
    },
    {
      name: 'shipyarn affected --json',
      kind: 'shipyarn',
      command: shipyarn(['affected', '--committed', '--json', ...since], folder),
      names: (stdout) =>
        (JSON.parse(stdout).services as { name: string; affected: boolean }[])
          .filter((service) => service.affected)
          .map(({ name }) => name),
    },
    {
      name: 'shipyarn affected (for people)',
      kind: 'shipyarn',
      command: shipyarn(['affected', '--committed', ...since], folder),
      names: (stdout) => [...stdout.matchAll(/^ {2}(\S+) +\S+ → /gm)].map(([, name = '']) => name),
    },
    {
      name: 'turbo ls --affected',
      kind: 'peer',
      command: peer('turbo', ['ls', '--affected', '--output', 'json'], folder, {
        TURBO_SCM_BASE: base,
        TURBO_SCM_HEAD: 'HEAD',
      }),
      names: (stdout) => (JSON.parse(stdout).packages.items as { name: string }[]).map(({ name }) => name),
    },
    {
      name: 'nx show projects --affected',
      kind: 'peer',
      command: peer(
        'nx',
        ['show', 'projects', '--affected', `--base=${base}`, '--head=HEAD', '--json'],
        folder,
      ),
      names: (stdout) => JSON.parse(stdout) as string[],
    },
    {
      name: 'lerna changed',
      kind: 'peer',
      command: peer('lerna', ['changed', '--all', '--json', '--loglevel', 'error', ...since], folder),
      // 1 says that nothing changed.
      statuses: [0, 1],
      names: (stdout) =>
        stdout.trim() === '' ? [] : (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name),
    },
  ];
}

/** nx keeps its graph in the repo between runs. */
function forgetNx(folder: string): Promise<void> {
  return rm(path.join(folder, '.nx'), { recursive: true, force: true });
}

/** `right`, or how many services are named too many and how many are not named. */
function compare(answer: readonly string[], truth: readonly string[]): string {
  const extra = answer.filter((name) => !truth.includes(name)).length;
  const missing = truth.filter((name) => !answer.includes(name)).length;
  if (extra + missing === 0) return 'right';
  return [extra > 0 ? `${extra} too many` : '', missing > 0 ? `${missing} missing` : '']
    .filter(Boolean)
    .join(', ');
}
