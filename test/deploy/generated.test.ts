import { it } from 'vitest';
import { checkGenerated } from './generated.ts';

it('generated files: every tag that is asked for changes, and not one other byte', () => {
  for (let seed = 1; seed <= 150; seed += 1) checkGenerated(seed);
});
