import { posix } from 'node:path';
import { oncePer } from '../../oncePer.ts';
import type { Project } from '../project.ts';

/** A path in the repo, from its root, and what it is, for sentences: `the plugin`. */
export interface NamedPath {
  path: string;
  what: string;
}

/** What Yarn's settings name by a path in the repo, which every install reads: the release, plugins, CA bundles. */
export const namedByYarn: (project: Project) => Promise<readonly NamedPath[]> = oncePer(findNamed);

async function findNamed(project: Project): Promise<NamedPath[]> {
  const { yarnPath } = project.yarn;
  const named = (what: string, paths: readonly string[]) =>
    paths.map((path) => ({ path: posix.normalize(path), what }));
  return [
    ...named('the CA file', await authorityFiles(project)),
    ...named('the Yarn release', yarnPath === null ? [] : [yarnPath]),
    ...named('the plugin', pluginPaths(project)),
  ];
}

/**
 * CA bundles that the settings name by a path in the repo: `httpsCaFilePath` (`caFilePath` in Yarn 2), for all hosts
 * or in `networkSettings` for some; `cafile` under Yarn 1.
 */
async function authorityFiles({ yarn, settings, snapshot }: Project): Promise<string[]> {
  if (yarn.family === 'classic') {
    const texts = await Promise.all(['.yarnrc', '.npmrc'].map((file) => snapshot.read(file)));
    return texts.map((text) => classicAuthority(text?.toString('utf8') ?? '')).filter(isInRepo);
  }
  return [settings, ...Object.values(settings.networkSettings ?? {})]
    .flatMap((scope) => [scope?.httpsCaFilePath, scope?.caFilePath])
    .filter(isInRepo);
}

function classicAuthority(text: string): string | undefined {
  return /^\s*cafile[\s=]+["']?([^"'\s]+)/m.exec(text)?.[1];
}

function isInRepo(path: unknown): path is string {
  return typeof path === 'string' && !/^[/~]|\$\{/.test(path);
}

function pluginPaths({ settings }: Project): string[] {
  return (settings.plugins ?? []).flatMap((plugin) =>
    typeof plugin === 'string' ? plugin : (plugin.path ?? []),
  );
}
