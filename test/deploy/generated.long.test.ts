import { it } from 'vitest';
import { checkGenerated } from './generated.ts';

it('thousands of generated files: every tag that is asked for changes, and not one other byte', () => {
  for (let seed = 1_000; seed < 5_000; seed += 1) checkGenerated(seed);
});
