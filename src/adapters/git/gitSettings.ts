/** Settings of Git, in the order in which it reads them. */
export type GitSettings = readonly (readonly [key: string, value: string])[];

/**
 * Variables that give Git settings behind those that an environment has already. They stand in no file and on no
 * command line.
 * @see https://git-scm.com/docs/git-config#ENVIRONMENT (`GIT_CONFIG_COUNT`)
 */
export function settingsVariables(settings: GitSettings, env: NodeJS.ProcessEnv): Record<string, string> {
  if (settings.length === 0) return {};
  const before = Number(env.GIT_CONFIG_COUNT ?? 0);
  const pairs = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(before + settings.length), ...Object.fromEntries(pairs) };
}
