/** Types that conventional-changelog's presets and commitlint's config-conventional know. */
export const knownTypes: readonly string[] = [
  'feat',
  'feature',
  'fix',
  'perf',
  'revert',
  'docs',
  'style',
  'chore',
  'refactor',
  'test',
  'build',
  'ci',
];
