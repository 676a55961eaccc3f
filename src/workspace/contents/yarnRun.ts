import { oncePer } from '../../oncePer.ts';
import type { ContextPart, ContextYarn } from '../contextContents.ts';
import type { Project } from '../project.ts';
import { writtenPart } from './contextPart.ts';
import { fetchYarnScript } from './fetchYarnScript.ts';
import { yarnRegistry } from './yarnRegistry.ts';
import { archiveFolder, isZeroInstall } from './zeroInstall.ts';

const scriptPath = '.shipyarn/yarn.cjs';

/** How Yarn is run in an install layer: the committed release, else one that a small script fetches from the registry. */
export const yarnRun: (project: Project) => Promise<ContextYarn> = oncePer(findYarnRun);

async function findYarnRun(project: Project): Promise<ContextYarn> {
  const { family, version, linker, yarnPath } = project.yarn;
  return {
    family,
    version,
    linker,
    run: ['node', yarnPath ?? scriptPath],
    install:
      family === 'classic'
        ? ['install', '--frozen-lockfile', '--non-interactive']
        : ['install', '--immutable'],
    environment: family === 'classic' ? common : berryEnvironment,
    cache: (await isZeroInstall(project)) ? 'committed' : cacheOf(project),
    archives: await archiveFolder(project),
  };
}

/** What of Yarn's downloads may stand outside the app folder, on a mount that builds share. */
function cacheOf({ yarn, settings }: Project): ContextYarn['cache'] {
  if (yarn.family === 'classic') return 'classic';
  if (yarn.linker === 'pnp') return 'mirror';
  // These link packages out of an index in the global folder, which must be on the same file system.
  const linked = yarn.linker === 'pnpm' || settings.nmMode === 'hardlinks-global';
  return linked ? 'archives' : 'global';
}

const common = { YARN_IGNORE_PATH: '1' };

/** Settings of Yarn 2–4 by environment variable. */
const berryEnvironment = { ...common, YARN_ENABLE_TELEMETRY: '0', YARN_ENABLE_PROGRESS_BARS: '0' };

/** The script that fetches Yarn, where the repo does not hold its release: the same for all services of a tree. */
export const yarnPart: (project: Project) => Promise<ContextPart[]> = oncePer(makeYarnPart);

async function makeYarnPart(project: Project): Promise<ContextPart[]> {
  const { yarnPath, family, version } = project.yarn;
  if (yarnPath !== null) return [];
  const { packageManager = '' } = project.root.packageManifest;
  const script = fetchYarnScript(family, version, packageManager, await yarnRegistry(project));
  return [writtenPart(scriptPath, () => Buffer.from(script))];
}
