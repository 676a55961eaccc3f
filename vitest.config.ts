import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.ts';

export default defineConfig({
  test: {
    reporters: reporters('test'),
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/shared.ts',
    exclude: ['test/**/*.long.test.ts'],
    // By default one core is left idle, which on two cores doubles the time.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
