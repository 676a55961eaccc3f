import { inputFailure } from '../../errors.ts';
import { type Platform, platformName } from '../imageFormat.ts';
import type { NativePackage } from './nativePackages.ts';

export type Libc = 'glibc' | 'musl';

/** What native code meets in the image. */
export interface NativeTarget {
  platform: Platform;
  /** As people wrote it, for the error's text. */
  base: string;
  /** Found out only where it matters: it means reading the base. Null: it cannot be told. */
  libc(): Promise<Libc | null>;
  /** Major version of the base's Node, where the base says it (`NODE_VERSION`). */
  nodeMajor: number | null;
}

/** Rejects where a package's machine code does not run on the target: the wrong processor, C library or Node. */
export async function checkNativePackages(
  packages: readonly NativePackage[],
  target: NativeTarget,
): Promise<void> {
  for (const native of withLibcVariantsJoined(packages)) {
    const fitting = native.runsOn.filter((place) => place.startsWith(`${target.platform.architecture}/`));
    if (fitting.length === 0) throw wrongPlatform(native, target);
    const kinds = fitting.map((place) => place.split('/')[1]);
    if (!kinds.includes('any') && !(kinds.includes('glibc') && kinds.includes('musl'))) {
      const libc = await target.libc();
      if (libc !== null && !kinds.includes(libc)) throw wrongLibc(native, target, libc, kinds[0] ?? '');
    }
    const here = Number(process.versions.node.split('.')[0]);
    const otherNode = target.nodeMajor !== null && target.nodeMajor !== here;
    if (native.abi !== null && otherNode) throw wrongNode(native, target, here);
  }
}

/** `x-linux-x64-gnu` and `x-linux-x64-musl` stand for one another: the loader beside them takes the one that fits. */
function withLibcVariantsJoined(packages: readonly NativePackage[]): NativePackage[] {
  const joined = new Map<string, NativePackage>();
  for (const native of packages) {
    const stem = native.name.replace(/-?(gnu|glibc|musl|libc)(eabi(hf)?)?$/, '');
    const known = joined.get(stem);
    const runsOn = [...(known?.runsOn ?? []), ...native.runsOn];
    joined.set(stem, { ...native, runsOn, abi: native.abi ?? known?.abi ?? null });
  }
  return [...joined.values()];
}

const ENGINE = 'Build this service with `builder: engine` or `buildx`, which compile inside the image';

function wrongPlatform(native: NativePackage, { platform }: NativeTarget) {
  const has =
    native.runsOn.length === 0 ? 'is not compiled for any' : `runs on ${native.runsOn.join(', ')} only`;
  return inputFailure({
    reason: 'native-addon-platform',
    message: `The package ${native.name} has machine code that has to run on ${platformName(platform)}, and what was installed ${has}.`,
    hint: `${ENGINE}; or leave ${platformName(platform)} out of \`platforms\`.`,
  });
}

function wrongLibc(native: NativePackage, { base }: NativeTarget, libc: Libc, has: string) {
  const other = has === 'glibc' ? 'a Debian base (`node:20-slim`)' : 'an Alpine base (`node:20-alpine`)';
  return inputFailure({
    reason: 'native-addon-libc',
    message: `The package ${native.name} has machine code for ${has}, and the base ${base} has ${libc}.`,
    hint: `Take ${other}. ${ENGINE}.`,
  });
}

function wrongNode(native: NativePackage, { base, nodeMajor }: NativeTarget, here: number) {
  return inputFailure({
    reason: 'native-addon-node',
    message: `The package ${native.name} was compiled here by Node ${here}, and the base ${base} runs Node ${nodeMajor}.`,
    hint: `Run shipyarn with Node ${nodeMajor}. ${ENGINE}.`,
  });
}
