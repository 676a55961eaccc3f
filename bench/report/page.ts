import { median, spread } from '../measure/statistics.ts';
import type { Figures, TaskResult } from '../measure/task.ts';
import { type TargetResult, targetResults } from './targets.ts';

export interface PageContent {
  command: string;
  /** ISO date of the run. */
  date: string;
  machine: string;
  versions: readonly (readonly [string, string])[];
  seed: number;
  /** Everything was asked for: what is missing is told. */
  isWhole: boolean;
  results: readonly TaskResult[];
  answers: { tools: string[]; rows: { change: string; answers: string[] }[] } | null;
  /** Where our own time goes, as the profile tells it; null: not asked. */
  profile: string | null;
}

/** The page as Markdown: targets first, then a table per task. */
export function renderPage(content: PageContent): string {
  const { command, date, machine, versions, seed, isWhole, results, answers, profile } = content;
  const asked = targetResults(results).filter(({ met }) => isWhole || met !== null);
  return `# Performance

<!-- Written by \`${command}\`; do not edit. -->

Measured on ${date} by \`${command}\` (seed ${seed}), on ${machine}.
${versions.map(([name, version]) => `${name} ${version}`).join(' · ')}.

Everything on this page comes from one run: each round runs every tool once, in turn, on the same input. Times are
the whole process, from its start to its end, after one untimed round that warmed the disk cache: the median, and the
smallest and largest. _Memory_ is the peak resident set of the largest process (GNU time), _processes_ are the
commands started through \`PATH\`, both seen in an extra, untimed run. Where the inputs are generated, the right answer
is known, and each tool's answer is compared with it. Compare ratios; the times are this machine's.

shipyarn is measured as \`npm run build\` makes it: with bytecode for the V8 that runs it (\`dist/bytecode\`), as turbo and
git-cliff come with machine code. Under another version of Node it compiles its code at each start. No command gets
\`NODE_EXTRA_CA_CERTS\`, which Node parses at each start.

${asked.length === 0 ? '' : targetsSection(asked)}${answers === null ? '' : answersSection(answers)}${results.map(taskSection).join('\n')}${profile === null ? '' : profileSection(profile)}`;
}

function targetsSection(asked: readonly TargetResult[]): string {
  return `## Targets

${table(
  ['target', 'at most', 'measured', ''],
  asked.map(({ target, limit, measured, met }) => [
    target,
    limit,
    measured,
    met === null ? '' : met ? 'met' : '**missed**',
  ]),
)}

`;
}

function answersSection({ tools, rows }: NonNullable<PageContent['answers']>): string {
  return `## Who is right about what changed

Each kind of change alone, since the release of everything; the answer is the set of services whose image would
differ.

${table(
  ['change', ...tools],
  rows.map(({ change, answers }) => [change, ...answers]),
)}

`;
}

function taskSection({ title, input, figures, cannot = {}, note = '' }: TaskResult): string {
  const ours = figures.find(({ kind }) => kind === 'shipyarn');
  const rows = figures.map((one) => [
    one.name,
    ...timesOf(one),
    ours === undefined ? '' : ratio(ours, one),
    one.peakMemory === null ? '–' : `${Math.round(one.peakMemory / 1e6)} MB`,
    one.processes === 0 ? '–' : String(one.processes),
    one.verdict.replaceAll('|', '\\|'),
  ]);
  const unable = Object.entries(cannot).map(([name, why]) => [
    name,
    '–',
    '–',
    '–',
    '–',
    '–',
    `cannot: ${why}`,
  ]);
  const first = ours?.name ?? 'shipyarn';
  return `## ${title}: ${input}

${table(['', 'median', 'spread', `${first} ÷ this`, 'memory', 'processes', 'answer'], [...rows, ...unable])}
${note === '' ? '' : `\n${note}\n`}`;
}

function timesOf({ times }: Figures): [string, string] {
  if (times.length === 0) return ['–', '–'];
  const [least, most] = spread(times);
  return [duration(median(times)), `${duration(least)} – ${duration(most)}`];
}

function ratio(ours: Figures, other: Figures): string {
  if (ours === other) return '1';
  const value = median(ours.times) / median(other.times);
  return Number.isFinite(value) ? value.toFixed(2) : '–';
}

function profileSection(profile: string): string {
  return `
## Where our time goes

By stage, as \`--timing\` gives it to users: medians. \`start\` is Node's own start and the loading of the command.

\`\`\`text
${profile.trimEnd()}
\`\`\`
`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
