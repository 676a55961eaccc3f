import { type Closure, serviceClosure } from '../workspace/closure.ts';
import type { ContextContents, ContextEntry } from '../workspace/contextContents.ts';
import { describeContext } from '../workspace/describeContext.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';

/** One service in one tree of the monorepo. */
export interface ServiceSide {
  project: Project;
  service: Service;
  contents: ContextContents;
  /** What the service needs to run and, where anything is built, what it needs for that. */
  closures: readonly Closure[];
}

/** Rejects with an input failure where the service could not be built from this tree. */
export async function openSide(project: Project, service: Service): Promise<ServiceSide> {
  const contents = await describeContext(project, service);
  const kinds = contents.builds.length > 0 ? (['runtime', 'build'] as const) : (['runtime'] as const);
  let closures: Closure[] | undefined;
  return {
    project,
    service,
    contents,
    get closures() {
      closures ??= kinds.map((kind) => serviceClosure(project, service, kind));
      return closures;
    },
  };
}

/** What the image is made of, by path in the repo; a file may stand in several layers. */
export function entriesByRepoPath({ contents }: ServiceSide): Map<string, ContextEntry[]> {
  const byPath = new Map<string, ContextEntry[]>();
  const folder = contents.shape === 'service' ? `${contents.service.path}/` : '';
  for (const { prefix, entries } of contents.layers) {
    // The install layers beside the service's folder keep the repo's paths.
    const base = prefix === '' ? folder : '';
    for (const entry of entries) {
      const path = prefix === '' ? base + entry.path : entry.path.slice(prefix.length + 1);
      const known = byPath.get(path);
      if (known === undefined) byPath.set(path, [entry]);
      else known.push(entry);
    }
  }
  return byPath;
}
