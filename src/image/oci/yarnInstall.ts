import { join } from 'node:path';
import type { ContextContents } from '../../workspace/contextContents.ts';
import type { Platform } from '../imageFormat.ts';
import { chooseArchitecture } from './chooseArchitecture.ts';
import { isHostPlatform } from './hostPlatform.ts';
import { runCommand } from './runCommand.ts';

/** How the repo's own Yarn is run on this machine for one service. */
export interface YarnSetting {
  contents: ContextContents;
  /** What the build may see: {@link scriptEnvironment}. */
  env: NodeJS.ProcessEnv;
  /** Values to mask in output. */
  secrets: readonly string[];
  cacheFolder: string;
  signal: AbortSignal;
  onOutput: (line: string) => void;
}

/**
 * Installs a slice immutably in `folder`. For another platform than this machine's, packages for that platform are
 * chosen and no install scripts run: they would make files for this one.
 */
export async function yarnInstall(
  folder: string,
  target: Platform | 'host',
  setting: YarnSetting,
): Promise<void> {
  const { yarn, service } = setting.contents;
  const foreign = target !== 'host' && !isHostPlatform(target) ? target : null;
  const what = `install the dependencies of ${service.name}`;
  if (foreign === null) return runYarn(folder, '', yarn.install, setting, what);
  if (yarn.family === 'classic') {
    const flags = ['--ignore-scripts', '--ignore-platform'];
    return runYarn(folder, '', [...yarn.install, ...flags], setting, what);
  }
  const restore = await chooseArchitecture(folder, foreign);
  try {
    const env = { ...setting.env, YARN_ENABLE_SCRIPTS: '0' };
    await runYarn(folder, '', yarn.install, { ...setting, env }, what);
  } finally {
    await restore();
  }
}

/** Runs the repo's own Yarn in a folder of the installed slice. `what` is to follow "Could not". */
export async function runYarn(
  root: string,
  folder: string,
  args: readonly string[],
  setting: YarnSetting,
  what: string,
): Promise<void> {
  const { yarn } = setting.contents;
  const [, script = ''] = yarn.run;
  await runCommand({
    command: process.execPath,
    args: [join(root, script), ...args],
    cwd: join(root, folder),
    env: { ...yarn.environment, ...cacheVariables(root, setting), ...setting.env },
    signal: setting.signal,
    secrets: setting.secrets,
    what,
    onOutput: setting.onOutput,
  });
}

/** Downloads are shared between services and runs. See `ContextYarn.cache`. */
function cacheVariables(root: string, { contents, cacheFolder }: YarnSetting): NodeJS.ProcessEnv {
  const folder = join(cacheFolder, 'yarn');
  switch (contents.yarn.cache) {
    case 'classic':
      return { YARN_CACHE_FOLDER: folder };
    case 'global':
      return { YARN_GLOBAL_FOLDER: folder, YARN_ENABLE_GLOBAL_CACHE: '1' };
    case 'mirror':
      return { YARN_GLOBAL_FOLDER: folder, YARN_ENABLE_GLOBAL_CACHE: '0' };
    case 'archives': {
      const archives = { YARN_CACHE_FOLDER: join(folder, 'cache'), YARN_ENABLE_GLOBAL_CACHE: '0' };
      return { ...archives, YARN_GLOBAL_FOLDER: join(root, '.yarn', 'global') };
    }
    case 'committed':
      return { YARN_GLOBAL_FOLDER: folder };
  }
}
