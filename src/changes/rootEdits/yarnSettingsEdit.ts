import { nullIfWrong } from '../../errors.ts';
import { checkTokens, checkVariablesAreSecrets } from '../../workspace/contents/checkTokens.ts';
import { isKeptWhole } from '../../workspace/contents/yarnSettings.ts';
import type { YarnSettings } from '../../workspace/project.ts';
import { readYarn } from '../../workspace/readYarn.ts';
import type { Judge, Trees } from './verdict.ts';

/** Settings that decide more than what an install does: which packages and files it takes, and what is set when it runs. */
const decidingMore = [
  ...['nodeLinker', 'yarnPath', 'plugins', 'cacheFolder', 'pnpEnableEsmLoader'],
  ...['httpsCaFilePath', 'caFilePath', 'networkSettings'],
  ...['packageExtensions', 'catalog', 'catalogs'],
];

/**
 * `.yarnrc.yml`, which every install has as it is, but for settings that are left out of it. Rejects where it holds a
 * secret, or names a file that is not there.
 */
export async function yarnSettingsEdit({ project, before }: Trees): Promise<Judge> {
  const old = await before();
  const texts = await Promise.all(
    [old, project.snapshot].map(async (tree) => (await tree.read('.yarnrc.yml'))?.toString('utf8') ?? ''),
  );
  const differs = project.yarn.family === 'berry' && texts.every(isKeptWhole) && texts[0] !== texts[1];
  if (!differs) return async () => 'unsure';
  // Loads what describes installs only for this.
  const { sharedYarnFiles } = await import('../../workspace/contents/yarnFiles.ts');
  const variables = await checkTokens(project.snapshot, await sharedYarnFiles(project));
  const was = await nullIfWrong(readYarn(old, project.root, project.lockfile));
  const isPlain = !texts.includes('') && was !== null && areAlike(was.settings, project.settings);
  return async ({ settings }) => {
    checkVariablesAreSecrets(variables, Object.keys(settings.secrets));
    return isPlain ? () => [] : 'differs';
  };
}

function areAlike(before: YarnSettings, after: YarnSettings): boolean {
  const [was, is] = [before, after].map((settings) =>
    JSON.stringify(decidingMore.map((name) => settings[name])),
  );
  return was === is;
}
