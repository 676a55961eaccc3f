import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSlices } from './checkSlices.ts';
import { fakeRegistry } from './fakeRegistry.ts';
import { publishedPackages } from './publishedPackages.ts';

/**
 * Property: the slices of any monorepo are what the real Yarn makes of its lockfile. A failing seed is in the test's
 * name and in the difference; `SHIPYARN_SEED` and `SHIPYARN_SHAPES` run others.
 */
export function describeSlices(options: { first?: number; shapes: number }): void {
  const first = Number(process.env.SHIPYARN_SEED ?? options.first ?? 1);
  const shapes = Number(process.env.SHIPYARN_SHAPES ?? options.shapes);
  const seeds = Array.from({ length: shapes }, (_, index) => first + index);
  let registry: Awaited<ReturnType<typeof fakeRegistry>>;

  beforeAll(async () => {
    registry = await fakeRegistry(publishedPackages);
  });
  afterAll(() => registry.close());

  describe.each([4, 3, 2, 1] as const)('slices of generated monorepos under Yarn %i', (yarn) => {
    it.each(seeds)('seed %i', async (seed) => {
      expect(await checkSlices(seed, yarn, registry.url)).toEqual([]);
    });
  });
}
