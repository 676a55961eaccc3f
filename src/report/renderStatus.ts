import type { Deployment } from '../deploy/deployments.ts';
import type { Status, StatusCell } from '../pipeline/status.ts';
import type { StepLeft } from '../release/halfDone.ts';
import { renderTable } from './renderTable.ts';
import type { Style } from './style.ts';

/** Services × environments as a table for people. `now` in milliseconds since 1970. */
export function renderStatus(
  { environments, services, halfDone }: Status,
  style: Style,
  now: number,
): string {
  const header = ['service', 'released', ...environments.map(({ name }) => name)].map(style.bold);
  const rows = services.map(({ service, released, environments: cells }) => [
    service,
    released ?? '–',
    ...cells.map((cell) => cellText(cell, now, style)),
  ]);
  const held = services.flatMap(({ service, environments: cells }) =>
    cells.flatMap((cell) => (cell.held === null ? [] : [heldLine(service, cell, style)])),
  );
  const frozen = environments.flatMap(({ name, frozenUntil }) =>
    frozenUntil === null ? [] : [`${style.yellow('frozen')} ${name} until ${frozenUntil}`],
  );
  const unfinished = halfDone.map((each) => halfDoneLine(each, style));
  const notes = [...unfinished, ...held, ...frozen];
  return `${renderTable([header, ...rows])}${notes.length === 0 ? '' : `\n${notes.join('\n')}\n`}`;
}

function cellText({ version, since, behind, held }: StatusCell, now: number, style: Style): string {
  if (version === null) return style.dim('–');
  const age = since === null ? '' : style.dim(` ${ageOf(now - Date.parse(since))}`);
  const lag = behind === null ? '' : style.yellow(` ← ${behind}`);
  return `${version}${age}${held === null ? '' : style.red(' held')}${lag}`;
}

function heldLine(service: string, { environment, version, held }: StatusCell, style: Style): string {
  const reason = held?.reason ? `: ${held.reason}` : '';
  return `${style.red('held')} ${service} at ${version} in ${environment} since ${held?.since} by ${held?.by}${reason}`;
}

function halfDoneLine({ service, version, left }: Status['halfDone'][number], style: Style): string {
  const steps = left.map(describeStep);
  return `${style.yellow('half-done')} ${service} ${version}: the next \`shipyarn release\` will ${steps.join(' and ')}`;
}

function describeStep(left: StepLeft): string {
  if (left.step === 'publish') return 'tag its image';
  if (left.step === 'announce') return "make the forge's release";
  if (left.step === 'note') return 'note that all of it is done';
  const when = { held: ' once the hold is lifted', frozen: ' once the freeze is over' };
  return `deploy it to ${left.environment}${left.waits === undefined ? '' : when[left.waits]}`;
}

/** `3 d`, `2 h`, `5 min`. */
function ageOf(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

/** Deployments, newest first, as a table for people. */
export function renderHistory(deployments: readonly Deployment[], style: Style): string {
  if (deployments.length === 0) return 'No deployment by shipyarn is in the history of the infra repo.\n';
  const header = ['when', 'environment', 'service', 'version', 'source', 'by', ''].map(style.bold);
  const rows = deployments.map((each) => [
    each.at.slice(0, 16).replace('T', ' '),
    each.environment,
    each.service,
    each.version,
    each.sourceCommit?.slice(0, 10) ?? '–',
    each.by.name,
    [
      each.kind === 'deploy' ? '' : style.yellow(`${each.kind} of ${each.left ?? '?'}`),
      each.rolledBack ? style.red('rolled back') : '',
    ]
      .filter((text) => text !== '')
      .join(', '),
  ]);
  return renderTable([header, ...rows]);
}
