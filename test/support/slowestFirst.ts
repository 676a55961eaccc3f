import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the slowest first. On a fresh checkout Vitest knows no times and takes small files last:
 * one of these would then run on alone while the other cores idle. Of those that begin at once, one installs the demo's
 * dependencies and one packs the host base: later files find both in the cache that a run shares, where files that began
 * together would each make them.
 */
const slowest = [
  'release/faultMatrix.long',
  'workspace/property/slices.long',
  'release/killMatrix.long',
  'release/randomSteps.long',
  'release/killMatrix',
  'oci/ociBuilder',
  'workspace/property/slices',
  'release/engine',
  'release/faultMatrix',
  'release/signals',
  'oci/builds',
  'release/keepGoing',
  'deploy/commands',
  'changelog/changelogCommand',
  'release/oci',
  'release/sideBySide',
  'release/canaries',
];

function rank({ moduleId }: TestSpecification): number {
  const found = slowest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return found === -1 ? slowest.length : found;
}

/** Vitest's order of test files, but for those that are known to be slow. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
