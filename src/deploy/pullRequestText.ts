import { unscopedName } from '../config/serviceSettings.ts';
import type { DeploymentPlan, VersionToLand } from './planDeployment.ts';

/** Forges refuse longer texts: GitHub takes 65,536 characters. */
const longestBody = 60_000;

/** Title and Markdown body of an environment's pull request: what moves from where to where, and the changelogs. */
export function pullRequestText(
  environment: string,
  versions: readonly VersionToLand[],
  plan: DeploymentPlan,
): { title: string; body: string } {
  const landed = plan.outcomes.filter(({ outcome }) => outcome === 'landed');
  const rows = landed.map(({ service, version, from }) => `| ${service} | ${from ?? '–'} | ${version} |`);
  const notes = landed.flatMap(({ service, version }) => {
    const text = versions.find((each) => each.service === service)?.notes?.trim();
    return text ? [`### ${service} ${version}\n\n${text}`] : [];
  });
  const body = [['| service | from | to |', '| --- | --- | --- |', ...rows].join('\n'), ...notes].join(
    '\n\n',
  );
  return {
    title:
      `deploy(${environment}): ${landed.map(({ service, version }) => `${unscopedName(service)} ${version}`).join(', ')}`.slice(
        0,
        250,
      ),
    body: body.length <= longestBody ? body : `${body.slice(0, longestBody)}\n\n…`,
  };
}
