import {
  type BerryLockfile,
  type LockfileEntry,
  type LockfilePackage,
  parseBerryLockfile,
  parsePackage,
} from './parseBerryLockfile.ts';

/** A lockfile with its descriptors numbered: what depends on no manifest. */
export interface LockfileIndex {
  lockfile: BerryLockfile;
  /** Number by descriptor. */
  numbers: ReadonlyMap<string, number>;
  /** Entry by descriptor number. */
  entryOf: readonly LockfileEntry[];
  /** Number of an entry's first descriptor, by the entry's index; the others follow. */
  firstDescriptor: Int32Array;
  /** By package, `typescript@npm:^5` → its patched descriptor. */
  builtinPatches: ReadonlyMap<string, ReadonlyMap<string, number>>;
  packageOf(entry: LockfileEntry): LockfilePackage;
}

let lastIndexed: { text: string; index: LockfileIndex }[] = [];

/** Two commits mostly have the same lockfile, and a run looks at a few: the last ones are kept. */
export function indexOf(text: string): LockfileIndex {
  const known = lastIndexed.find((indexed) => indexed.text === text);
  if (known !== undefined) return known.index;
  const index = makeIndex(parseBerryLockfile(text));
  lastIndexed = [{ text, index }, ...lastIndexed.slice(0, 3)];
  return index;
}

function makeIndex(lockfile: BerryLockfile): LockfileIndex {
  const numbers = new Map<string, number>();
  const entryOf: LockfileEntry[] = [];
  const firstDescriptor = new Int32Array(lockfile.entries.length);
  for (const entry of lockfile.entries) {
    firstDescriptor[entry.index] = entryOf.length;
    for (const descriptor of entry.descriptors) {
      numbers.set(descriptor, entryOf.length);
      entryOf.push(entry);
    }
  }
  const packages: (LockfilePackage | undefined)[] = new Array(lockfile.entries.length);
  return {
    lockfile,
    numbers,
    entryOf,
    firstDescriptor,
    builtinPatches: findBuiltinPatches(lockfile, firstDescriptor),
    packageOf(entry) {
      let known = packages[entry.index];
      if (known === undefined) {
        known = parsePackage(entry);
        packages[entry.index] = known;
      }
      return known;
    },
  };
}

/**
 * Yarn's own patches (plugin-compat) apply to every use of a package. Which packages those are, the lockfile tells.
 */
function findBuiltinPatches(
  lockfile: BerryLockfile,
  firstDescriptor: Int32Array,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const patches = new Map<string, Map<string, number>>();
  for (const { keyText, descriptors, index } of lockfile.entries) {
    if (!keyText.includes('builtin<compat/')) continue;
    for (const [offset, descriptor] of descriptors.entries()) {
      if (!descriptor.includes('builtin<compat/')) continue;
      const [, name = '', encoded = ''] = /^(.[^@]*)@patch:(.+?)#/.exec(descriptor) ?? [];
      const source = decodeURIComponent(encoded);
      const number = (firstDescriptor[index] as number) + offset;
      const known = patches.get(name) ?? new Map<string, number>();
      // Yarn 2 and 3 leave `npm:` out of the source.
      patches.set(name, known.set(source, number).set(withNpm(source), number));
    }
  }
  return patches;
}

function withNpm(descriptor: string): string {
  const at = descriptor.indexOf('@', 1);
  const range = descriptor.slice(at + 1);
  return range.includes(':') ? descriptor : `${descriptor.slice(0, at)}@npm:${range}`;
}
