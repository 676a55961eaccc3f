import type { ExplainedDeployment } from '../pipeline/explainDeployments.ts';
import { renderTable } from './renderTable.ts';
import type { Style } from './style.ts';

/** Where the tag of a service stands in each environment, as text for people; empty without environments. */
export function renderSites(deployments: readonly ExplainedDeployment[], style: Style): string {
  if (deployments.length === 0) return '';
  return `\n${style.bold('Deployed by')}\n${deployments.map((deployment) => environmentText(deployment, style)).join('')}`;
}

function environmentText(deployment: ExplainedDeployment, style: Style): string {
  const { environment, image, searched, files, sites, passedOver, problem } = deployment;
  if (problem !== null) return `  ${environment}  ${style.yellow(problem)}\n`;
  const found = sites.map(({ file, line, imageTag, why }) => [
    `    ${file}:${line}`,
    style.green(imageTag || '–'),
    why,
  ]);
  const nothing = sites.length === 0 ? [[style.yellow(`    no tag of ${image}`)]] : [];
  const left = passedOver.map(({ file, line }) => [`    ${file}:${line}`, '', 'a template: left alone']);
  const title = `  ${style.cyan(environment)}  ${style.dim(`searched ${searched} (${files} files)`)}`;
  return `${title}\n${renderTable([...found, ...nothing, ...left])}`;
}
