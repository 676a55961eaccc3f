import { oncePer } from '../oncePer.ts';
import { reachable } from '../reachable.ts';
import { globMatcher } from '../workspace/globMatcher.ts';
import { hasBuildScript } from '../workspace/hasBuildScript.ts';
import { keptByScope } from '../workspace/lockfile/keptByScope.ts';
import type { DependencyScope } from '../workspace/lockfile/lockfileSlice.ts';
import { requiredPeers, workspaceDependencies } from '../workspace/lockfile/workspaceDependencies.ts';
import type { Project, Workspace } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { neededByThirdParty } from './neededByThirdParty.ts';
import { plainRanges } from './workspaceDependents.ts';

/**
 * The workspaces that an image of a template holds, but for the root, as manifests name them: those of the service's
 * closures. Null where manifests alone do not tell: a package of third parties may lead to a workspace, or a range elsewhere.
 */
export function namedClosure(project: Project, service: Service): ReadonlySet<Workspace> | null {
  if (!areToldByManifests(project)) return null;
  const ignored = globMatcher(service.settings.ignoreDependencies);
  const all = closureIn(project, service.workspace, { development: true, ignored });
  if (all === null || [...all].some(hasBuildScript)) return all;
  return closureIn(project, service.workspace, { development: false, ignored });
}

function closureIn(
  project: Project,
  service: Workspace,
  scope: DependencyScope,
): ReadonlySet<Workspace> | null {
  const known = nextIn(project.structure, scope);
  let isClear = true;
  const reached = reachable([project.root, service], (workspace) => {
    const next = known.get(workspace) ?? nextOf(project, workspace, scope);
    known.set(workspace, next);
    isClear &&= next !== 'unclear';
    return next === 'unclear' ? [] : next;
  });
  reached.delete(project.root);
  return isClear ? reached : null;
}

type Next = readonly Workspace[] | 'unclear';

const nextIn = keptByScope(() => new Map<Workspace, Next>());

/** The workspaces that one needs. */
function nextOf(project: Project, workspace: Workspace, scope: DependencyScope): Next {
  const { root, workspaces } = project;
  const isPlain = plainRanges(project);
  const next: Workspace[] = [];
  for (const [name, range] of workspaceDependencies(workspace, scope, 'berry')) {
    const named = workspaces.get(name);
    if (named === undefined && !range.startsWith('workspace:') && name !== root.name) continue;
    if (named === undefined || !isPlain(workspace, name)) return 'unclear';
    next.push(named);
  }
  const peers = requiredPeers(workspace.packageManifest);
  if (peers.includes(root.name)) return 'unclear';
  return [...next, ...peers.flatMap((peer) => workspaces.get(peer) ?? [])];
}

/** Whether nothing but manifests of workspaces leads to workspaces. */
const areToldByManifests = oncePer((project: Project): boolean => {
  const { yarn, settings, root, workspaces, lockfile } = project;
  if (yarn.family === 'classic' || settings.packageExtensions !== undefined) return false;
  if (JSON.stringify([root.packageManifest.resolutions, settings]).includes('workspace:')) return false;
  const asked = lockfile.matchAll(/\n {4}"?([^"\n]+?)"?: "?workspace:/g);
  if ([...asked].some(([, name = '']) => !workspaces.has(name))) return false;
  return !neededByThirdParty(project, [...workspaces.values()]);
});
