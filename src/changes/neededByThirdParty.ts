import type { Project, Workspace } from '../workspace/project.ts';

/** The lockfile is searched through for each workspace. */
const thirdPartyNeeds = new WeakMap<Project, Map<Workspace, boolean>>();

/** Whether a third-party package has the workspace among its dependencies: then it may stand in any slice. */
export function neededByThirdParty(project: Project, workspace: Workspace): boolean {
  const known = thirdPartyNeeds.get(project) ?? new Map<Workspace, boolean>();
  thirdPartyNeeds.set(project, known);
  const needed = known.get(workspace) ?? isNeededByThirdParty(project, workspace);
  known.set(workspace, needed);
  return needed;
}

function isNeededByThirdParty({ lockfile, yarn }: Project, { name }: Workspace): boolean {
  for (let at = lockfile.indexOf(name); at !== -1; at = lockfile.indexOf(name, at + 1)) {
    const around = lockfile.slice(at - 6, at) + lockfile.charAt(at + name.length);
    if (!/\n {4}"?[": ]$/.test(around)) continue;
    const end = lockfile.indexOf('\n\n', at);
    const rest = lockfile.slice(at, end === -1 ? undefined : end);
    if (yarn.family === 'classic' || /\n {2}linkType: hard/.test(rest)) return true;
  }
  return false;
}
