import { describe, it } from 'vitest';
import { expectPlanProperties } from './planProperties.ts';

describe('of random histories', () => {
  it.each(Array.from({ length: 300 }, (_, seed) => seed))(
    'versions only grow, no commit is lost or told twice, the same input gives the same bytes (seed %i)',
    expectPlanProperties,
  );
});
