import type { Reason } from '../changes/reason.ts';
import type { InputPart } from '../changes/serviceChange.ts';
import type { ExplainedCommit, Explanation } from '../pipeline/explain.ts';
import type { PlannedService } from '../plan/releasePlan.ts';
import type { Style } from './style.ts';

/** All there is to say of one service, for people. */
export function renderExplanation({ service, commits, ignored }: Explanation, style: Style): string {
  const sections: [title: string, lines: string[]][] = [
    ['Why', service.reasons.flatMap((reason) => reasonLines(reason, style))],
    ['Commits', commits.flatMap((commit) => commitLines(commit, style))],
    ['Left out of the image', ignored.map(({ path, rule }) => `  ${path}  ${style.dim(rule)}`)],
    ['Warnings', service.warnings.map((warning) => `  ${style.yellow(warning)}`)],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  return [
    ...headLines(service, style),
    ...shown.flatMap(([title, lines]) => ['', style.bold(title), ...lines]),
  ].join('\n');
}

function headLines({ name, path, ...service }: PlannedService, style: Style): string[] {
  const { since, affected, currentVersion, nextVersion, bump, identity } = service;
  const base =
    since === null
      ? 'nothing: it has no release yet'
      : `${since.gitTag ?? 'commit'} ${since.commit.slice(0, 10)}`;
  const version = affected
    ? `${currentVersion ?? 'first'} → ${style.green(nextVersion ?? '')} ${bump === 'none' ? '' : bump}`
    : `${currentVersion}, unchanged`;
  return [
    `${style.bold(name)} ${style.dim(path)}`,
    `  compared with  ${base}`,
    `  version        ${version.trimEnd()}`,
    `  identity       ${style.dim(identity)}`,
  ];
}

function reasonLines(reason: Reason, style: Style): string[] {
  const way = reason.via?.join(' → ') ?? reason.workspace ?? '';
  const more = (count: number | undefined, what: string) =>
    count === undefined ? [] : [`    and ${count} more ${what}`];
  return [
    `  ${style.cyan(reason.kind)} ${way}${reason.change === undefined ? '' : ` (${reason.change})`}`.trimEnd(),
    ...(reason.packages ?? []).map(({ name, from, to, via }) =>
      `    ${name} ${from ?? 'new'} → ${to ?? 'dropped'}  ${style.dim((via ?? []).join(' → '))}`.trimEnd(),
    ),
    ...more(reason.morePackages, 'packages'),
    ...(reason.settings ?? []).map((setting) => `    ${setting}`),
    ...(reason.paths ?? []).map((path) => `    ${path}`),
    ...more(reason.morePaths, 'files'),
  ];
}

function commitLines(
  { hash, header, changes, parts, leftOut, problems }: ExplainedCommit,
  style: Style,
): string[] {
  const parsed = changes.map(({ type, scope, breaking, bump }) => {
    const kind =
      type === null
        ? 'not conventional'
        : `${type}${scope === null ? '' : `(${scope})`}${breaking ? ', breaking' : ''}`;
    return `${kind}: ${bump}`;
  });
  return [
    `  ${style.dim(hash.slice(0, 7))} ${header}`,
    `    read as ${parsed.join('; ')}`,
    `    touched ${parts.map(partName).join(', ')}`,
    ...(leftOut === null ? [] : [`    does not count: ${leftOut}`]),
    ...problems.map((problem) => `    ${style.yellow(problem)}`),
  ];
}

function partName({ kind, workspace }: InputPart): string {
  return workspace ?? kind;
}
