import { outlineOf } from '../../src/changes/outline.ts';
import { packagesByReach } from '../../src/changes/packagesByReach.ts';
import { openSide } from '../../src/changes/serviceSide.ts';
import { berryGraph } from '../../src/workspace/lockfile/berryGraph.ts';
import { versionsIn } from '../../src/workspace/lockfile/shownPackages.ts';
import type { Project } from '../../src/workspace/project.ts';
import type { Service } from '../../src/workspace/service.ts';
import { waysInSlice } from './waysInSlice.ts';

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

type Closures = Awaited<ReturnType<typeof openSide>>['closures'];

function packageDifferences(project: Project, service: Service, closures: Closures): string[] {
  const kinds = closures.length === 1 ? (['runtime'] as const) : (['runtime', 'build'] as const);
  const told = packagesByReach(project, service, kinds);
  const lists = closures.map(({ slice }) => slice.packages());
  const ways = closures.map(({ scope }) => waysInSlice(project, berryGraph(project), scope));
  const factsOf = (name: string) => [told.versionsOf(name), told.wayTo(name), told.holdsAny(new Set([name]))];
  const truthOf = (name: string) => {
    const versions = lists.map((list) => versionsIn(list, name));
    const isHeld = versions.some(({ length }) => length > 0);
    const way = ways.map((wayTo) => wayTo(name)).find((found) => found !== null) ?? null;
    return [versions, way, isHeld];
  };
  const names = new Set(lists.flatMap((list) => list.map(({ name }) => name)));
  const others = told.shown().flatMap(({ rows, member }, index) => {
    const list = new Set(lists[index]);
    const wrong = [...new Set(lists.flat())].filter(
      (each) => rows.has(each.number, member) !== list.has(each),
    );
    return wrong.map(
      ({ name, version }) => `${service.name}: slice ${index} has ${name} ${version}, or has not`,
    );
  });
  return others.concat(
    [...names, 'no-package-of-this-name'].flatMap((name) => {
      const [facts, truth] = [factsOf(name), truthOf(name)].map((each) => JSON.stringify(each));
      return facts === truth ? [] : `${service.name} ${name}: ${facts}, not ${truth}`;
    }),
  );
}
