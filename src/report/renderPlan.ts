import type { PlannedDeployment, PlannedService, ReleasePlan } from '../plan/releasePlan.ts';
import { describeReason } from './describeReason.ts';
import type { Style } from './style.ts';

/**
 * A release plan as text for people: what changed first, then what it means for the infra repo. `done`: it was
 * executed, and the text says so.
 */
export function renderPlan(plan: ReleasePlan, style: Style, { done = false } = {}): string {
  const affected = plan.services.filter((service) => service.affected);
  const rest = plan.services.filter((service) => !service.affected);
  const lines = [headline(plan, affected.length, done, style), ''];
  const width = Math.max(...plan.services.map(({ name }) => name.length));
  for (const service of affected) lines.push(...affectedLines(service, width, style), '');
  for (const service of rest) {
    lines.push(style.dim(`  ${service.name.padEnd(width)}  ${service.currentVersion ?? '–'}  unchanged`));
  }
  for (const deployment of plan.deployments ?? []) lines.push('', ...deploymentLines(deployment, style));
  return `${lines.join('\n').trimEnd()}\n`;
}

function headline({ head, services }: ReleasePlan, affected: number, done: boolean, style: Style): string {
  const where = `${head.branch ?? 'detached'} ${head.commit.slice(0, 10)}${head.dirty ? ' with uncommitted changes' : ''}`;
  if (affected === 0) return `${style.bold('Nothing to release')} at ${where}: all images are as released.`;
  return `${style.bold(`${affected} of ${services.length} services ${done ? 'released' : 'to release'}`)} at ${where}`;
}

function affectedLines(service: PlannedService, width: number, style: Style): string[] {
  const name = style.bold(service.name.padEnd(width));
  const versions = `${service.currentVersion ?? 'first'} → ${style.green(service.nextVersion ?? '')}`;
  return [
    `  ${name}  ${versions}  ${service.bump === 'none' ? '' : service.bump}`.trimEnd(),
    ...service.reasons.map((reason) => `      ${style.cyan(reason.kind)} ${describeReason(reason)}`),
    ...service.commits.map((commit) => `      ${style.dim(commit.hash.slice(0, 7))} ${commitLine(commit)}`),
    ...service.warnings.map((warning) => `      ${style.yellow('warning')} ${warning}`),
  ];
}

function commitLine(commit: PlannedService['commits'][number]): string {
  const scope = commit.scope === null ? '' : `(${commit.scope})`;
  const type = commit.type === null ? '' : `${commit.type}${scope}${commit.breaking ? '!' : ''}: `;
  return `${type}${commit.subject}`;
}

function deploymentLines(deployment: PlannedDeployment, style: Style): string[] {
  const title = `${style.bold(deployment.environment)}  ${deployment.repo} ${deployment.branch}`;
  if (deployment.edits.length === 0) return [`${title}: nothing to change`];
  return [
    title,
    ...deployment.edits.map(
      ({ file, line, from, to }) => `  ${file}:${line}  ${style.red(from)} → ${style.green(to)}`,
    ),
  ];
}
