import { parseArgs } from 'node:util';

export interface BenchOptions {
  quick: boolean;
  /** Run the tasks that need no generated truth on this repo instead. */
  repo: string | null;
  /** Write docs/performance.md. */
  write: boolean;
  profile: boolean;
  /** With `profile`: also write V8 CPU profiles into this folder. */
  cpuProfile: string | null;
  /** Run only tasks whose id begins with one of these. */
  only: readonly string[];
  seed: number;
  /** Timed runs of each contender. */
  runs: number;
  /** For the page; ISO. */
  date: string;
}

export const help = `npm run bench -- [options]

  --quick            small inputs, few runs, under 2 minutes
  --repo <path>      the previews on a clone of another repository, without generated truth
  --only <ids>       only these: start, affected, context, versions, unreleased, history, build, ship, nothing, infra
  --runs <n>         timed runs of each tool (default 7; quick 2)
  --seed <n>         of the generated inputs (default 1)
  --write            write docs/performance.md
  --date <date>      to stand on the page (default today)
  --profile          where shipyarn's time goes, by stage, instead of comparing
  --cpu-prof <dir>   with --profile: V8 CPU profiles, for Chrome's DevTools
`;

/** Throws on options that are none, or make no sense. */
export function parseOptions(argv: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      repo: { type: 'string' },
      write: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      runs: { type: 'string' },
      date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick, write, profile, date } = values;
  return {
    quick,
    write,
    profile,
    date,
    repo: values.repo ?? null,
    cpuProfile: values['cpu-prof'] ?? null,
    only: values.only.split(',').filter((id) => id !== ''),
    seed: wholeNumber('--seed', values.seed),
    runs: wholeNumber('--runs', values.runs ?? (quick ? '2' : '7')),
  };
}

function wholeNumber(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${option} ${text}: not a whole number`);
}
