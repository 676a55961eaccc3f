import type { Project } from '../workspace/project.ts';

/**
 * Whether a changed path may be a patch, archive or folder that an install reads. Compared by the last part of
 * what the lockfile names, for a reference may be relative to any workspace.
 */
export function reachedByPath(project: Project, changed: ReadonlySet<string>): boolean {
  const resolutions = Object.values(project.root.packageManifest.resolutions ?? {});
  const references = [
    ...resolutions,
    ...(project.lockfile.match(/(?:patch|file|portal|link):[^"\n]+/g) ?? []),
  ];
  const parts = new Set(references.flatMap(referencedPaths).map(lastPart));
  return parts.size > 0 && [...changed].some((path) => path.split('/').some((part) => parts.has(part)));
}

/** `patch:<source>#<path>&<path>::…` and `file:<path>#…::…`; built-in patches stand in no file. */
function referencedPaths(reference: string): string[] {
  const [, protocol, target = ''] = /^(patch|file|portal|link):(.*?)(?:::.*)?$/.exec(reference) ?? [];
  if (protocol === undefined) return [];
  const paths = protocol === 'patch' ? (target.split('#')[1] ?? '').split('&') : [target.split('#')[0] ?? ''];
  return paths.filter((path) => !path.includes('builtin<'));
}

function lastPart(path: string): string {
  return decodeURIComponent(path).replace(/\/$/, '').split('/').at(-1) ?? '';
}
