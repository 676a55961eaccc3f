import type { PlannedService, ReleasePlan } from '../plan/releasePlan.ts';
import { describeReason } from './describeReason.ts';

/** A release plan as Markdown for a pull request: one table, then the commits of each service, folded. */
export function renderPlanMarkdown({ services, head }: ReleasePlan): string {
  const affected = services.filter((service) => service.affected);
  const where = `\`${head.commit.slice(0, 10)}\`${head.dirty ? ' with uncommitted changes' : ''}`;
  if (affected.length === 0) return `**No service changes** at ${where}: all images are as released.\n`;
  return [
    `**${affected.length} of ${services.length} services change** at ${where}`,
    '',
    '| Service | Version | Bump | Why |',
    '| --- | --- | --- | --- |',
    ...affected.map(tableRow),
    ...affected.flatMap(commitDetails),
    '',
  ].join('\n');
}

function tableRow(service: PlannedService): string {
  const { name, currentVersion, nextVersion, bump, reasons } = service;
  const why = reasons.map((reason) => `${reason.kind} ${describeReason(reason)}`.trim()).join('<br>');
  const version = `${currentVersion ?? 'first'} → **${nextVersion}**`;
  return `| \`${name}\` | ${version} | ${bump === 'none' ? '' : bump} | ${cell(why)} |`;
}

function commitDetails({ name, commits, warnings }: PlannedService): string[] {
  const lines = [
    ...commits.map(({ hash, type, scope, breaking, subject }) => {
      const head =
        type === null ? '' : `${type}${scope === null ? '' : `(${scope})`}${breaking ? '!' : ''}: `;
      return `- ${hash.slice(0, 7)} ${plain(head + subject)}`;
    }),
    ...warnings.map((warning) => `- ⚠️ ${plain(warning)}`),
  ];
  if (lines.length === 0) return [];
  const title = commits.length === 1 ? '1 commit' : `${commits.length} commits`;
  return ['', `<details><summary>${plain(name)}: ${title}</summary>`, '', ...lines, '', '</details>'];
}

/** Text of others inside a table: no new cell, no new row, no HTML but our own line breaks. */
function cell(text: string): string {
  return text.split('<br>').map(plain).join('<br>').replaceAll('|', '\\|');
}

/** Text of others, which must neither be HTML nor call for people. */
function plain(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('@', '@\u200b');
}
