import { defineConfig } from 'vitest/config';
import { reporters } from './test/support/reporters.ts';

/** The long property, kill and fault runs; `npm test` runs a sample of each. */
export default defineConfig({
  test: {
    reporters: reporters('long'),
    include: ['test/**/*.long.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    maxWorkers: '100%',
  },
});
