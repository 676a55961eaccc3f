import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Monorepo } from '../inputs/makeMonorepo.ts';
import { node, type Outcome, shell, shipyarn } from '../measure/command.ts';
import { git } from '../measure/git.ts';
import type { Task } from '../measure/task.ts';
import { peerFile } from '../peers.ts';
import type { Subject } from './subject.ts';

/** Versions and changelogs of all services whose release is due. */
export function allVersions({ folder, base, services, truth }: Subject, input: string): Task {
  const cliff = peerFile('git-cliff');
  const each = services.map(({ name, path: at }) => [name, at] as const);
  const clean = async () => {
    await git(folder, 'checkout', '--quiet', '--', '.');
    await git(folder, 'clean', '--quiet', '-fd');
  };
  return {
    id: `versions-${input}`,
    title: `Versions and changelogs of ${services.length === 1 ? 'one service' : `all ${services.length} services`}`,
    input,
    contenders: [
      {
        name: 'shipyarn affected --json',
        kind: 'shipyarn',
        command: shipyarn(['affected', '--committed', '--json'], folder),
        ...(truth !== null && { judge: ({ stdout }: Outcome) => judgePlan(truth, JSON.parse(stdout)) }),
      },
      {
        name: 'git-cliff, once per service',
        kind: 'peer',
        command: shell(
          each
            .map(
              ([name, at]) =>
                `'${cliff}' --unreleased --bump --include-path '${at}/**' --tag-pattern '^${name}@'`,
            )
            .join('\n'),
          folder,
        ),
        ...(truth !== null && { judge: (outcome: Outcome) => judgeTexts(truth, outcome) }),
      },
      {
        name: 'conventional-changelog, once per service',
        kind: 'peer',
        command: shell(each.map(([name, at]) => ccl(`${at}/package.json`, name, at)).join('\n'), folder),
        ...(truth !== null && { judge: (outcome: Outcome) => judgeTexts(truth, outcome) }),
      },
      {
        name: 'lerna version',
        kind: 'peer',
        prepare: async () => {
          await clean();
          await rm(path.join(folder, '.nx'), { recursive: true, force: true });
        },
        command: {
          file: peerFile('lerna'),
          args: [
            'version',
            '--conventional-commits',
            '--no-git-tag-version',
            '--no-push',
            '--yes',
            '--loglevel',
            'info',
          ],
          cwd: folder,
          env: {},
        },
        ...(truth !== null && { judge: (outcome: Outcome) => judgeLerna(truth, outcome) }),
      },
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], folder) },
      {
        name: 'plain Git',
        kind: 'floor',
        command: shell(
          `git for-each-ref refs/tags >/dev/null; git log --name-only ${base}..HEAD >/dev/null`,
          folder,
        ),
      },
    ],
    cannot: { turbo: 'makes no versions', nx: 'needs a workspace that is configured for `nx release`' },
  };
}

/** The unreleased changes of one service, and the whole history of one. */
export function oneChangelog({ folder, services, truth }: Subject, input: string, whole: boolean): Task {
  const due = [...(truth?.history.pending ?? [])].find(([, { bump }]) => bump === 'minor')?.[0];
  const { name: service = '', path: at = '' } =
    services.find(({ name }) => name === due) ?? services[0] ?? {};
  const judged = truth === null ? {} : { judge: judgeChangelog(truth, service, whole) };
  return {
    id: `${whole ? 'history' : 'unreleased'}-${input}`,
    title: whole
      ? `Full changelog of one service${truth === null ? '' : ` out of ${truth.size.commits} commits`}`
      : "One service's unreleased changes",
    input,
    contenders: [
      {
        name: 'shipyarn changelog',
        kind: 'shipyarn',
        command: shipyarn(['changelog', service, ...(whole ? ['--all'] : [])], folder),
        ...judged,
      },
      {
        name: 'git-cliff',
        kind: 'peer',
        command: {
          file: peerFile('git-cliff'),
          args: [
            ...(whole ? [] : ['--unreleased']),
            '--include-path',
            `${at}/**`,
            '--tag-pattern',
            `^${service}@`,
          ],
          cwd: folder,
        },
        ...judged,
      },
      {
        name: 'conventional-changelog',
        kind: 'peer',
        command: shell(ccl(`${at}/package.json`, service, at, whole ? 0 : 1), folder),
        ...judged,
      },
      { name: 'node -e 0', kind: 'floor', command: node(['-e', '0'], folder) },
    ],
    note: "The peers are given the service's own folder, as a team would write it; they know no workspace dependencies.",
  };
}

function ccl(manifest: string, name: string, at: string, releases = 1): string {
  return `'${peerFile('conventional-changelog')}' -p angular --stdout -u -r ${releases} -k '${manifest}' -l '${name}' --commit-path '${at}'`;
}

/** Whether a changelog tells each commit of a service that is not released yet, or of its whole history. */
function judgeChangelog({ history }: Monorepo, service: string, whole: boolean) {
  const pending = history.pending.get(service)?.subjects ?? [];
  const subjects = whole ? [...history.subjectsOf(service), ...pending] : pending;
  return ({ stdout }: Outcome) => lacking(stdout, subjects);
}

interface Plan {
  services: { name: string; affected: boolean; bump: string; changelog: string | null }[];
}

function judgePlan({ history, model }: Monorepo, { services }: Plan): string {
  const wrong = model.services.filter(({ name }) => {
    const told = services.find((one) => one.name === name);
    const truth = history.pending.get(name);
    if (truth === undefined) return told?.affected !== false;
    const text = told?.changelog ?? '';
    return told?.bump !== truth.bump || truth.subjects.some((subject) => !text.includes(subject));
  });
  return wrong.length === 0 ? 'right' : `${wrong.length} of ${history.pending.size} due services wrong`;
}

/** All texts in one: a commit counts as told where it stands as often as services have to tell it. */
function judgeTexts({ history }: Monorepo, { stdout }: Outcome): string {
  const subjects = [...history.pending.values()].flatMap(({ subjects: own }) => own);
  const missing = [...new Set(subjects)].map((subject) => {
    const due = subjects.filter((one) => one === subject).length;
    return Math.max(0, due - (stdout.toLowerCase().split(subject).length - 1));
  });
  const total = missing.reduce((sum, one) => sum + one, 0);
  return total === 0 ? 'right' : `${total} of ${subjects.length} entries missing`;
}

function judgeLerna({ history }: Monorepo, { stdout, stderr }: Outcome): string {
  const text = `${stdout}${stderr}`;
  const wrong = [...history.pending].filter(([name, { bump }]) => {
    // lerna counts from the manifest, where every service is at 1.0.0.
    const next = bump === 'minor' ? '1.1.0' : '1.0.1';
    return !text.includes(`${name}: 1.0.0 => ${next}`);
  });
  return wrong.length === 0 ? 'right' : `${wrong.length} of ${history.pending.size} due services wrong`;
}

/** git-cliff writes subjects with a capital letter. */
function lacking(text: string, subjects: readonly string[]): string {
  const told = text.toLowerCase();
  const missing = subjects.filter((subject) => !told.includes(subject)).length;
  return missing === 0
    ? `right (${subjects.length} entries)`
    : `${missing} of ${subjects.length} entries missing`;
}
