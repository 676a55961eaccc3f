import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the slowest first. On a fresh checkout Vitest knows no times and takes small files last:
 * one of these would then run on alone while the other cores idle.
 */
const slowest = [
  'release/faultMatrix.long',
  'workspace/property/slices.long',
  'release/killMatrix.long',
  'release/randomSteps.long',
  'release/faultMatrix',
  'workspace/property/slices',
  'release/killMatrix',
  'release/engine',
  'release/signals',
  'oci/ociBuilder',
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
