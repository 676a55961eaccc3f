import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.ts';
import { SlowestFirst } from './test/support/slowestFirst.ts';

/** The long property, kill and fault runs; `npm test` runs a sample of each. */
export default defineConfig({
  test: {
    reporters: reporters('long'),
    include: [
      'test/**/*.long.test.ts',
      // More cases than in `npm test`: see `isLong`.
      'test/buildx/ignorePatterns.test.ts',
      'test/changelog/badInput.test.ts',
      'test/context/interruptions.test.ts',
      'test/context/templateImages.test.ts',
      'test/oci/layerBytes.test.ts',
      'test/oci/ociBuilder.test.ts',
      'test/oci/platforms.test.ts',
      'test/oci/requests.test.ts',
      'test/release/fullDisk.test.ts',
      'test/release/engine.test.ts',
      'test/release/keepGoing.test.ts',
      'test/release/remoteAddress.test.ts',
      'test/release/signals.test.ts',
      'test/support/parts.test.ts',
      'test/workspace/installScripts.test.ts',
      'test/workspace/sources.test.ts',
    ],
    sequence: { sequencer: SlowestFirst },
    globalSetup: 'test/support/shared.ts',
    setupFiles: 'test/support/eachFile.ts',
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    // One more than cores: engines, registries and time-outs are waited for.
    maxWorkers: availableParallelism() + 1,
  },
});
