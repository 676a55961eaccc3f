import { median } from '../measure/statistics.ts';
import type { Figures, TaskResult } from '../measure/task.ts';

/** What is asked of the figures, and what was measured. */
export interface TargetResult {
  target: string;
  limit: string;
  measured: string;
  met: boolean | null;
}

interface Target {
  target: string;
  /** Largest value that meets it. */
  most: number;
  unit: 'times' | 's' | 'MB' | '%';
  /** NaN where the run has no such figures. */
  measure(results: readonly TaskResult[]): number;
}

const targets: readonly Target[] = [
  ratioTarget('Start of the bare CLI beside `node -e 0`', 1.5, 'start', 'shipyarn', 'node -e 0'),
  ratioTarget(
    'Affected at 100 workspaces beside `turbo ls --affected`',
    1,
    'affected-100',
    'affected --names',
    'turbo',
  ),
  ratioTarget(
    'The same with identities, reasons, commits, versions and changelogs',
    1,
    'affected-100',
    'affected --json',
    'turbo',
  ),
  {
    target: 'Affected at 1,000 workspaces beside our own time at 100',
    most: 2,
    unit: 'times',
    measure: (results) =>
      timeOf(results, 'affected-1000', 'affected --names') /
      timeOf(results, 'affected-100', 'affected --names'),
  },
  secondsTarget('Affected at 1,000 workspaces, cold', 1, 'affected-1000', 'affected --names'),
  secondsTarget('The same with reasons, commits and versions, for people', 1, 'affected-1000', 'for people'),
  secondsTarget(
    'The same with identities and changelogs as well, as JSON',
    1,
    'affected-1000',
    'affected --json',
  ),
  secondsTarget('By an edit of yarn.lock, at 1,000', 1, 'lockfile-1000', 'affected --names'),
  secondsTarget('The same for people', 1, 'lockfile-1000', 'for people'),
  secondsTarget('By another linter in the root, which no image has', 1, 'linter-1000', 'affected --names'),
  secondsTarget('The same for people', 1, 'linter-1000', 'for people'),
  secondsTarget('By another Node version, which every image has', 1, 'node-version-1000', 'affected --names'),
  secondsTarget('The same for people', 1, 'node-version-1000', 'for people'),
  {
    target: 'Git processes of `affected` at the largest size beyond those at 10 workspaces',
    most: 0,
    unit: 'times',
    measure(results) {
      const all = results.filter(({ id }) => id.startsWith('affected-'));
      const counts = all.map(({ figures }) => find(figures, 'shipyarn')?.processes ?? Number.NaN);
      return counts.length < 2 ? Number.NaN : Math.max(...counts) - (counts[0] ?? Number.NaN);
    },
  },
  ratioTarget('Context beside `turbo prune --docker`, 100 workspaces', 1, 'context-100', 'shipyarn', 'turbo'),
  {
    target: 'Peak memory of `context`, 100 workspaces',
    most: 200,
    unit: 'MB',
    measure: (results) => (figuresOf(results, 'context-100', 'shipyarn')?.peakMemory ?? Number.NaN) / 1e6,
  },
  secondsTarget('Versions and changelogs of all services, 100 workspaces', 1.5, 'versions-100', 'shipyarn'),
  ratioTarget(
    "One service's unreleased changes beside git-cliff",
    2,
    'unreleased-100',
    'shipyarn',
    'git-cliff',
  ),
  ratioTarget('Full changelog beside git-cliff', 1, 'history-100', 'shipyarn', 'git-cliff'),
  ratioTarget(
    'Build and push with `engine` beside a bare dockerode script',
    1.3,
    'build',
    'build --push (engine)',
    'dockerode',
  ),
  ratioTarget('The same for ten services', 1.3, 'build-10', 'build --push (engine)', 'dockerode'),
  ratioTarget(
    'Build and push with `oci` beside the docker CLI, loopback',
    1 / 2,
    'build',
    'build --push (oci)',
    'docker build',
  ),
  ratioTarget(
    'Build and push with `oci` beside the docker CLI, 50 ms away',
    1 / 3,
    'build-far',
    'build --push (oci)',
    'docker build',
  ),
  secondsTarget('Nothing changed, ten services', 0.5, 'nothing', 'shipyarn'),
  secondsTarget('From merge to infra, one service, `engine`', 10, 'ship-1', '(engine)'),
  secondsTarget('From merge to infra, one service, `oci`', 2, 'ship-1', '(oci)'),
  releaseOfTen('engine'),
  releaseOfTen('oci'),
  secondsTarget('Bump and push in the large infra repo', 2, 'infra', 'shipyarn'),
  {
    target: 'Bytes moved for that, of the repository',
    most: 1,
    unit: '%',
    measure: (results) =>
      Number(
        /\(([\d.]+) %\)/.exec(figuresOf(results, 'infra', 'shipyarn')?.verdict ?? '')?.[1] ?? Number.NaN,
      ),
  },
];

export function targetResults(results: readonly TaskResult[]): TargetResult[] {
  return targets.map(({ target, most, unit, measure }) => {
    const value = measure(results);
    const isKnown = Number.isFinite(value);
    return {
      target,
      limit: format(most, unit),
      measured: isKnown ? format(value, unit) : 'not measured in this run',
      met: isKnown ? value <= most : null,
    };
  });
}

function releaseOfTen(builder: string): Target {
  return {
    target: `A release of ten services beside one, \`${builder}\``,
    most: 3,
    unit: 'times',
    measure: (results) =>
      timeOf(results, 'ship-10', `(${builder})`) / timeOf(results, 'ship-1', `(${builder})`),
  };
}

function ratioTarget(target: string, most: number, id: string, ours: string, theirs: string): Target {
  return {
    target,
    most,
    unit: 'times',
    measure: (results) => timeOf(results, id, ours) / timeOf(results, id, theirs),
  };
}

function secondsTarget(target: string, most: number, id: string, ours: string): Target {
  return { target, most, unit: 's', measure: (results) => timeOf(results, id, ours) / 1000 };
}

function timeOf(results: readonly TaskResult[], id: string, part: string): number {
  return median(figuresOf(results, id, part)?.times ?? []);
}

function figuresOf(results: readonly TaskResult[], id: string, part: string): Figures | undefined {
  return find(results.find((one) => one.id === id)?.figures ?? [], part);
}

function find(figures: readonly Figures[], part: string): Figures | undefined {
  return figures.find(({ name }) => name.includes(part));
}

function format(value: number, unit: Target['unit']): string {
  return unit === 'times' ? value.toFixed(2) : `${value.toFixed(unit === 'MB' ? 0 : 2)} ${unit}`;
}
