import { oncePer } from '../oncePer.ts';
import { type ClosureKind, serviceClosure } from '../workspace/closure.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import { classicPackages } from './classicPackages.ts';
import { packagesByReach } from './packagesByReach.ts';
import type { ServicePackages } from './servicePackages.ts';

/** The third-party packages of a service as the slices of these closures have them; the same in trees of the same structure. */
export function packagesOf(
  project: Project,
  service: Service,
  kinds: readonly ClosureKind[],
): ServicePackages {
  const known = packagesIn(project);
  const key = [...kinds, service.name, ...service.settings.ignoreDependencies].join('\n');
  const found = known.get(key) ?? findPackages(project, service, kinds);
  known.set(key, found);
  return found;
}

const packagesIn = oncePer(
  () => new Map<string, ServicePackages>(),
  ({ structure }: Project) => structure,
);

function findPackages(project: Project, service: Service, kinds: readonly ClosureKind[]): ServicePackages {
  if (project.yarn.family === 'berry') return packagesByReach(project, service, kinds);
  return classicPackages(
    project,
    kinds.map((kind) => serviceClosure(project, service, kind)),
  );
}
