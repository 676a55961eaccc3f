import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.ts';
import { SlowestFirst } from './test/support/slowestFirst.ts';

export default defineConfig({
  test: {
    reporters: reporters('test'),
    include: ['test/**/*.test.ts'],
    sequence: { sequencer: SlowestFirst },
    globalSetup: 'test/support/shared.ts',
    exclude: ['test/**/*.long.test.ts'],
    // By default one core is left idle, which on two cores doubles the time.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
