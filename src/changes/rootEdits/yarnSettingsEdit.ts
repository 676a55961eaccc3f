import { checkTokens, checkVariablesAreSecrets } from '../../workspace/contents/checkTokens.ts';
import { isKeptWhole } from '../../workspace/contents/yarnSettings.ts';
import type { Judge, Trees } from './verdict.ts';

/**
 * `.yarnrc.yml`, which every install has as it is, but for settings that are left out of it. Rejects where it holds a
 * secret, or names a file that is not there.
 */
export async function yarnSettingsEdit({ project, before }: Trees): Promise<Judge> {
  const trees = [await before(), project.snapshot];
  const texts = await Promise.all(
    trees.map(async (tree) => (await tree.read('.yarnrc.yml'))?.toString('utf8') ?? ''),
  );
  const differs = project.yarn.family === 'berry' && texts.every(isKeptWhole) && texts[0] !== texts[1];
  if (!differs) return async () => 'unsure';
  // Loads what describes installs only for this.
  const { sharedYarnFiles } = await import('../../workspace/contents/yarnFiles.ts');
  const variables = await checkTokens(project.snapshot, await sharedYarnFiles(project));
  return async ({ settings }) => {
    checkVariablesAreSecrets(variables, Object.keys(settings.secrets));
    return 'differs';
  };
}
