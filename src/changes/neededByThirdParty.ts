import { escapeRegExp } from '../escapeRegExp.ts';
import { oncePer } from '../oncePer.ts';
import type { Project, Workspace } from '../workspace/project.ts';

/** What has been asked about, by project: all that is asked at once takes one search of the lockfile. */
const answersIn = oncePer((_: Project) => new Map<Workspace, boolean>());

/** Whether a third-party package has one of the workspaces among its dependencies: then that may stand in any slice. */
export function neededByThirdParty(project: Project, workspaces: readonly Workspace[]): boolean {
  const answers = answersIn(project);
  const asked = workspaces.filter((workspace) => !answers.has(workspace));
  const needed = namesNeeded(project, asked);
  for (const workspace of asked) answers.set(workspace, needed.has(workspace.name));
  return workspaces.some((workspace) => answers.get(workspace));
}

/** Names of those that stand among the dependencies of some lockfile entry which is no workspace. */
function namesNeeded({ lockfile, yarn }: Project, workspaces: readonly Workspace[]): Set<string> {
  const needed = new Set<string>();
  if (workspaces.length === 0) return needed;
  const names = workspaces.map(({ name }) => escapeRegExp(name));
  const dependency = new RegExp(`\n {4}"?(${names.join('|')})[": ]`, 'g');
  let end = 0;
  let isThirdParty = false;
  for (const { index, 1: name = '' } of lockfile.matchAll(dependency)) {
    if (index >= end) {
      const blank = lockfile.indexOf('\n\n', index);
      end = blank === -1 ? lockfile.length : blank;
      isThirdParty = yarn.family === 'classic' || lockfile.slice(index, end).includes('\n  linkType: hard');
    }
    if (isThirdParty) needed.add(name);
  }
  return needed;
}
