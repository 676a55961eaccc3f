import type { ContextContents } from '../../workspace/contextContents.ts';
import { readFiles, writeFiles } from './diskFiles.ts';
import { withInstalledSlice } from './keptInstall.ts';
import type { LayerEntry } from './layer.ts';
import type { SourceFiles } from './sourceLayers.ts';
import { runYarn, type YarnSetting } from './yarnInstall.ts';

/** The files of each run-time workspace as they stand after the build, by folder. */
export type BuiltFiles = ReadonlyMap<string, readonly LayerEntry[]>;

/**
 * Runs the build scripts of a context on this machine, in an extracted copy of it, in the order that it gives. The
 * files stand on disk only while `use` runs.
 */
export function buildWorkspaces<T>(
  contents: ContextContents,
  slice: readonly LayerEntry[],
  { dependencies, service }: SourceFiles,
  setting: YarnSetting,
  onStep: (workspace: string) => void,
  use: (built: BuiltFiles) => Promise<T>,
): Promise<T> {
  const key = contents.layers.find(({ name }) => name === 'manifests')?.key ?? 'none';
  return withInstalledSlice(key, slice, setting, async (folder) => {
    await writeFiles(folder, [...dependencies, ...service]);
    for (const { name, path } of contents.builds) {
      onStep(name);
      await runYarn(folder, path, ['run', 'build'], setting, `build ${name}`);
    }
    const built = new Map<string, readonly LayerEntry[]>();
    const folders = contents.runtime.map(({ path }) => path);
    for (const path of folders) {
      const others = new Set(folders.filter((other) => other !== path));
      built.set(path, await readFiles(folder, path, (inside) => isModules(inside) || others.has(inside)));
    }
    return use(built);
  });
}

function isModules(path: string): boolean {
  return path === 'node_modules' || path.endsWith('/node_modules');
}
