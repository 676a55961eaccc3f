import micromatch from 'micromatch';
import { unscopedName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';

/** Of the services that could be built, those that no group of theirs keeps back: a group is released all or none. */
export function withoutBrokenGroups<T extends { name: string; path: string }>(
  built: readonly T[],
  wanted: readonly T[],
  { file }: Pick<Config, 'file'>,
): T[] {
  const groups = Object.values(file.groups ?? {}).map((globs) =>
    wanted.filter(({ name, path }) =>
      [name, unscopedName(name), path].some((word) => micromatch.isMatch(word, [...globs])),
    ),
  );
  let kept = [...built];
  // A service of two groups ties them together: until nothing is taken out any more.
  for (let before = -1; before !== kept.length; ) {
    before = kept.length;
    for (const group of groups) {
      if (group.every((member) => kept.includes(member))) continue;
      kept = kept.filter((service) => !group.includes(service));
    }
  }
  return kept;
}
