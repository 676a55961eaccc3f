import type { Chance } from './chance.ts';

/** A package of the npm registry as a lockfile knows it. */
export interface ExternalPackage {
  name: string;
  version: string;
  /** Names, and the range that this package asks for. */
  dependencies: ReadonlyMap<string, string>;
  checksum: string;
  hasBin: boolean;
}

const words =
  'array async babel buffer cache chalk color commander core css debug deep define emitter escape event fast file find form glob graph hash http iterator json lazy loader map merge micro node object parse path picker plugin promise query regex resolve schema stream string style syntax table token tree type util walk web wrap'.split(
    ' ',
  );

/** Packages depend on others of their family only: keeps closures at some hundreds of entries, as real ones are. */
const family = 60;

/** `count` packages; each depends on at most five that come after it, so there are no cycles. */
export function externalPackages(count: number, chance: Chance): ExternalPackage[] {
  const names = packageNames(count, chance);
  const versions = names.map(() => `${1 + chance.below(8)}.${chance.below(20)}.${chance.below(10)}`);
  const versionOf = new Map(names.map((name, index) => [name, versions[index] as string]));
  return names.map((name, index) => {
    const later = names.slice(index + 1, (Math.floor(index / family) + 1) * family);
    const dependencies = chance.below(3) === 0 ? [] : chance.some(later, chance.below(6));
    return {
      name,
      version: versions[index] as string,
      dependencies: new Map(dependencies.sort().map((to) => [to, caret(versionOf.get(to) as string)])),
      checksum: chance.hex(128),
      hasBin: chance.below(8) === 0,
    };
  });
}

/** `^1.0.0` for `1.4.2`. */
export function caret(version: string): string {
  return `^${version.split('.')[0]}.0.0`;
}

function packageNames(count: number, chance: Chance): string[] {
  const names = new Set<string>();
  while (names.size < count) {
    const scope = chance.below(4) === 0 ? `@${chance.pick(words)}/` : '';
    names.add(`${scope}${chance.pick(words)}-${chance.pick(words)}-${chance.pick(words)}`);
  }
  return [...names];
}
