import { it } from 'vitest';
import { describeWith } from '../support/parts.ts';
import { expectNoCanaries } from './canaries.ts';

await describeWith(['linux', 'engine', 'registry'], 'secrets in every place where one can be given', () => {
  it('are in nothing that a release with engine leaves or shows', () => expectNoCanaries('engine'), 240_000);
});
