import { outlineOf } from '../../src/changes/outline.ts';
import { packagesByReach } from '../../src/changes/packagesByReach.ts';
import { packagesInSlices, type ServicePackages } from '../../src/changes/servicePackages.ts';
import { openSide } from '../../src/changes/serviceSide.ts';
import type { Project } from '../../src/workspace/project.ts';
import type { Service } from '../../src/workspace/service.ts';

/**
 * What is told of a service without its slices, where it differs from what these say: the folders of its workspaces, the
 * versions of each package, the way to it, and whether a file is in the image. Empty where nothing does.
 */
export async function outlineDifferences(project: Project, service: Service): Promise<string[]> {
  if (project.yarn.family === 'classic') return [];
  const side = await openSide(project, service);
  const outline = await outlineOf(project, service);
  const differences = packageDifferences(project, service, side.closures);
  if (outline === null) return differences;
  const folders = (paths: ReadonlySet<string>) => [...paths].sort().join(' ');
  if (folders(outline.folders) !== folders(side.folders))
    differences.push(`${service.name}: folders ${folders(outline.folders)}, not ${folders(side.folders)}`);
  const files = (await project.snapshot.files('')).map(({ path }) => path);
  for (const path of files) {
    if (outline.tells([path]) && outline.holds(path) !== side.holds(path))
      differences.push(`${service.name}: ${path} is ${side.holds(path) ? '' : 'not '}in the image`);
  }
  return differences;
}

function packageDifferences(
  project: Project,
  service: Service,
  closures: Awaited<ReturnType<typeof openSide>>['closures'],
): string[] {
  const kinds = closures.length === 1 ? (['runtime'] as const) : (['runtime', 'build'] as const);
  const [told, truth] = [packagesByReach(project, service, kinds), packagesInSlices(closures)];
  const names = new Set(closures.flatMap(({ slice }) => [...slice.packages().keys()]));
  const facts = (packages: ServicePackages, name: string) =>
    JSON.stringify([packages.versionsOf(name), packages.wayTo(name), packages.holdsAny(new Set([name]))]);
  return [...names, 'no-package-of-this-name'].flatMap((name) =>
    facts(told, name) === facts(truth, name)
      ? []
      : `${service.name} ${name}: ${facts(told, name)}, not ${facts(truth, name)}`,
  );
}
