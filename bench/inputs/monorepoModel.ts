import type { Chance } from './chance.ts';
import { caret, type ExternalPackage, externalPackages } from './externalPackages.ts';

export interface Workspace {
  name: string;
  path: string;
  isService: boolean;
  /** Names of workspaces. */
  dependsOn: readonly string[];
  /** Names of npm packages. */
  uses: readonly string[];
}

/** What a generated monorepo is made of; the truth that answers are judged by. */
export interface MonorepoModel {
  workspaces: readonly Workspace[];
  services: readonly Workspace[];
  packages: ReadonlyMap<string, ExternalPackage>;
  workspace(name: string): Workspace;
}

/** The linter: only the root's devDependencies name it, and no image needs it. */
export const linter: ExternalPackage = {
  name: 'eslint',
  version: '9.1.0',
  dependencies: new Map(),
  checksum: '0'.repeat(128),
  hasBin: true,
};

const scope = '@acme/';

/** A third of the workspaces are services; libraries depend on earlier libraries, services on libraries. */
export function monorepoModel(size: { workspaces: number; packages: number }, chance: Chance): MonorepoModel {
  const packages = externalPackages(size.packages, chance);
  const names = packages.map(({ name }) => name);
  const serviceCount = Math.ceil(size.workspaces / 3);
  const libraries: Workspace[] = [];
  for (let index = 0; index < size.workspaces - serviceCount; index++) {
    const near = libraries.slice(-12).map(({ name }) => name);
    libraries.push(workspace(`lib-${index}`, 'packages', chance.some(near, chance.below(3)), names, chance));
  }
  const libraryNames = libraries.map(({ name }) => name);
  const services = Array.from({ length: serviceCount }, (_, index) =>
    workspace(`svc-${index}`, 'services', chance.some(libraryNames, 1 + chance.below(3)), names, chance),
  );
  const workspaces = withEveryPackageUsed([...libraries, ...services], packages);
  const byName = new Map(workspaces.map((one) => [one.name, one]));
  return {
    workspaces,
    services: workspaces.filter(({ isService }) => isService),
    packages: new Map(packages.map((one) => [one.name, one])),
    workspace(name) {
      const found = byName.get(name);
      if (found === undefined) throw new Error(`no workspace ${name}`);
      return found;
    },
  };
}

/** A lockfile has no package that nobody asks for: Yarn would take it out. */
function withEveryPackageUsed(workspaces: Workspace[], packages: readonly ExternalPackage[]): Workspace[] {
  const used = new Set(workspaces.flatMap(({ uses }) => uses));
  const more = workspaces.map((): string[] => []);
  // Every package comes before those that it depends on.
  for (const [index, { name, dependencies }] of packages.entries()) {
    if (!used.has(name)) more[index % workspaces.length]?.push(name);
    for (const to of dependencies.keys()) used.add(to);
  }
  return workspaces.map((one, index) => ({ ...one, uses: [...one.uses, ...(more[index] ?? [])].sort() }));
}

function workspace(
  name: string,
  folder: string,
  dependsOn: string[],
  packages: readonly string[],
  chance: Chance,
): Workspace {
  return {
    name: `${scope}${name}`,
    path: `${folder}/${name}`,
    isService: folder === 'services',
    dependsOn: dependsOn.sort(),
    uses: chance.some(packages, 3 + chance.below(6)).sort(),
  };
}

/** The workspace and all that it needs. */
export function closureOf(model: MonorepoModel, name: string): Workspace[] {
  const seen = new Set<string>();
  const visit = (each: string) => {
    if (seen.has(each)) return;
    seen.add(each);
    model.workspace(each).dependsOn.forEach(visit);
  };
  visit(name);
  return [...seen].map((each) => model.workspace(each));
}

/** Names of the npm packages that a workspace's closure needs. */
export function packagesOf(model: MonorepoModel, name: string): Set<string> {
  const seen = new Set<string>();
  const visit = (each: string) => {
    if (seen.has(each)) return;
    seen.add(each);
    for (const to of model.packages.get(each)?.dependencies.keys() ?? []) visit(to);
  };
  for (const { uses } of closureOf(model, name)) uses.forEach(visit);
  return seen;
}

/** Services whose closure has the workspace. */
export function dependents(model: MonorepoModel, name: string): string[] {
  const reached = new Set([name]);
  // Every workspace comes after those that it depends on.
  for (const each of model.workspaces)
    if (each.dependsOn.some((to) => reached.has(to))) reached.add(each.name);
  return model.services.filter((service) => reached.has(service.name)).map((service) => service.name);
}

/** The range by which a workspace asks for a package. */
export function rangeOf(model: MonorepoModel, name: string): string {
  return caret(model.packages.get(name)?.version ?? '1.0.0');
}
