import { availableParallelism, tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { memoryFolder } from './test/support/memoryFolder.ts';
import { reporters } from './test/support/reporters.ts';
import { SlowestFirst } from './test/support/slowestFirst.ts';

process.env.TMPDIR ??= memoryFolder() ?? tmpdir();

export default defineConfig({
  test: {
    reporters: reporters('test'),
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: SlowestFirst },
    globalSetup: 'test/support/shared.ts',
    // The files that a worker runs share what they import.
    isolate: false,
    setupFiles: 'test/support/eachFile.ts',
    exclude: ['test/**/*.long.test.ts'],
    // Two more than cores: Git, Yarn, engines, registries and time-outs are waited for.
    maxWorkers: availableParallelism() + 2,
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
