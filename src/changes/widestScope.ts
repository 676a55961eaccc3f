import { dockerfileOf } from '../workspace/contents/dockerfileOf.ts';
import { globMatcher } from '../workspace/globMatcher.ts';
import { hasBuildScript } from '../workspace/hasBuildScript.ts';
import type { DependencyScope } from '../workspace/lockfile/lockfileSlice.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';

const known = new WeakMap<readonly Service[], Promise<DependencyScope>>();

/**
 * The most that the images of some services take of what manifests name: devDependencies only where something is built,
 * and none that every service's `ignoreDependencies` names.
 */
export function widestScope(project: Project, services: readonly Service[]): Promise<DependencyScope> {
  const scope = known.get(services) ?? findScope(project, services);
  known.set(services, scope);
  return scope;
}

async function findScope(project: Project, services: readonly Service[]): Promise<DependencyScope> {
  const rules = new Set(services.map(({ settings }) => globMatcher(settings.ignoreDependencies)));
  const [rule = () => true, ...others] = rules;
  return {
    development: await mayBuild(project, services),
    // The rule itself, where there is one: what is kept for it is then known.
    ignored: others.length === 0 ? rule : (name) => [...rules].every((isIgnored) => isIgnored(name)),
  };
}

/** A template builds where there is a build script; a Dockerfile of the service's own is given what that takes. */
async function mayBuild(project: Project, services: readonly Service[]): Promise<boolean> {
  const workspaces = [project.root, ...project.workspaces.values()];
  if (workspaces.some(hasBuildScript)) return true;
  const dockerfiles = await Promise.all(services.map((service) => dockerfileOf(project, service)));
  return dockerfiles.some(({ kind }) => kind === 'own');
}
