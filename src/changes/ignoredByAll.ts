import micromatch from 'micromatch';
import type { Service } from '../workspace/service.ts';

/** Tells the devDependencies that every service's `ignoreDependencies` names. */
export function ignoredByAll(services: readonly Service[]): (packageName: string) => boolean {
  const lists = new Map(
    services.map(({ settings: { ignoreDependencies: list } }) => [list.join('\n'), list]),
  );
  const known = new Map<string, boolean>();
  return (name) => {
    const ignored =
      known.get(name) ?? [...lists.values()].every((list) => micromatch.isMatch(name, [...list]));
    known.set(name, ignored);
    return ignored;
  };
}
