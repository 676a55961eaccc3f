import { leftOut } from '../../workspace/contents/yarnSettings.ts';
import type { Judge, Trees } from './verdict.ts';

/** `.yarnrc.yml`, which every install has as it is, but for settings that are left out of it. */
export async function yarnSettingsEdit({ project, before }: Trees): Promise<Judge> {
  const trees = [await before(), project.snapshot];
  const [was, is] = await Promise.all(
    trees.map(async (tree) => (await tree.read('.yarnrc.yml'))?.toString('utf8') ?? ''),
  );
  const isWhole = leftOut.every((setting) => !was?.includes(setting) && !is?.includes(setting));
  const differs = project.yarn.family === 'berry' && isWhole && was !== is;
  return async () => (differs ? 'differs' : 'unsure');
}
