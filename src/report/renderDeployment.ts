import type { DeploymentResult } from '../deploy/deploymentRequest.ts';
import type { ServiceOutcome } from '../deploy/planDeployment.ts';
import type { Promotion } from '../pipeline/promote.ts';
import type { Style } from './style.ts';

/** What a deployment did, or would do, as text for people. */
export function renderDeployment(
  result: DeploymentResult,
  style: Style,
  { dryRun }: { dryRun: boolean },
): string {
  const { environment, repo, branch, outcomes, edits, commit } = result;
  const title = `${style.bold(environment)}  ${repo} ${branch}${commit === undefined ? '' : `#${commit.slice(0, 10)}`}`;
  const width = Math.max(0, ...outcomes.map(({ service }) => service.length));
  const lines = outcomes.map((outcome) => `  ${outcomeLine(outcome, width, style, dryRun)}`);
  const places = dryRun
    ? edits.map(({ file, line, from, to }) => `  ${file}:${line}  ${style.red(from)} → ${style.green(to)}`)
    : [];
  return `${[title, ...lines, ...places].join('\n')}\n`;
}

function outcomeLine(outcome: ServiceOutcome, width: number, style: Style, dryRun: boolean): string {
  const { service, version, from, why } = outcome;
  const name = service.padEnd(width);
  const move = `${name}  ${from ?? '–'} → ${style.green(version)}`;
  switch (outcome.outcome) {
    case 'landed':
      return dryRun ? `${move}  would change` : move;
    case 'proposed':
      return `${move}  ${why ?? ''}`;
    case 'present':
      return style.dim(`${name}  ${version}  runs already`);
    default:
      return `${name}  ${from ?? '–'}  ${style.yellow(outcome.outcome)} ${why ?? ''}`;
  }
}

/** A promotion: the same, and what it ships. */
export function renderPromotion(promotion: Promotion, style: Style, options: { dryRun: boolean }): string {
  const ships = promotion.ships.flatMap(({ service, commits }) => [
    '',
    `${style.bold(service)} ships ${commits === null ? 'commits that its tags do not tell' : countOf(commits.length)}`,
    ...(commits ?? []).map(({ hash, subject }) => `  ${style.dim(hash.slice(0, 7))} ${subject}`),
  ]);
  return `${renderDeployment(promotion, style, options)}${ships.map((line) => `${line}\n`).join('')}`;
}

/** What became of a hold that somebody lifts. */
export function renderLiftedHold(hold: { service: string; environment: string; held: boolean }): string {
  const where = `${hold.service} in ${hold.environment}`;
  return hold.held ? `${where} is no longer held.` : `${where} was not held.`;
}

function countOf(commits: number): string {
  if (commits === 0) return 'no commit of its own';
  return commits === 1 ? '1 commit' : `${commits} commits`;
}
