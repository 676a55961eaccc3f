import { expect, it } from 'vitest';
import { configReference } from './configReference.ts';

it('docs/configuration.md is what the schema says (npm run docs writes it)', async () => {
  await expect(configReference()).toMatchFileSnapshot('../../docs/configuration.md');
});
