import { dependencyPath } from './dependencyPath.ts';
import { inputClassifier } from './inputParts.ts';
import type { Reason } from './reason.ts';
import type { InputPart } from './serviceChange.ts';
import type { ServiceView } from './serviceView.ts';

/** More files say nothing more to a person. */
const mostPaths = 20;

/** Edited files by the part of the service that they are; the newest side comes first. */
export function editReasons(
  edited: readonly string[],
  sides: readonly [ServiceView, ...ServiceView[]],
): Reason[] {
  const classify = inputClassifier(sides);
  const groups = new Map<string, { part: InputPart; paths: string[] }>();
  for (const path of edited) {
    const part = classify(path);
    const key = `${part.kind} ${part.workspace ?? ''}`;
    const group = groups.get(key) ?? { part, paths: [] };
    groups.set(key, group);
    group.paths.push(path);
  }
  return [...groups.values()]
    .filter(({ part }) => part.kind !== 'lockfile' && part.kind !== 'dockerfile')
    .map(({ part: { kind, workspace }, paths }) => ({
      kind,
      ...(workspace !== undefined && { workspace, ...way(workspace, sides[0]) }),
      ...boundedPaths(paths),
    }));
}

/** Files that came or went though nobody touched them: ignore rules, `inputs`, tsconfig chains. */
export function ruleReasons(came: readonly string[], went: readonly string[]): Reason[] {
  const settings = [
    ...(came.length > 0 ? [`${files(came)} taken into the image by .dockerignore or configuration`] : []),
    ...(went.length > 0 ? [`${files(went)} left out of the image by .dockerignore or configuration`] : []),
  ];
  return settings.length > 0
    ? [{ kind: 'config', settings, ...boundedPaths([...came, ...went].sort()) }]
    : [];
}

function files({ length }: readonly string[]): string {
  return length === 1 ? '1 file' : `${length} files`;
}

function boundedPaths(paths: readonly string[]): Pick<Reason, 'paths' | 'morePaths'> {
  const more = paths.length - mostPaths;
  return { paths: paths.slice(0, mostPaths), ...(more > 0 && { morePaths: more }) };
}

/** How a service comes to need a workspace. */
export function way(workspace: string, { project, service }: ServiceView): Pick<Reason, 'via'> {
  const via = dependencyPath(project, workspace, service.workspace);
  return via === null ? {} : { via };
}
