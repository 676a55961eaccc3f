import { it } from 'vitest';
import { expectHistoryProperties } from './historyProperties.ts';

it.each(Array.from({ length: 16 }, (_, seed) => seed))(
  'the changelog of a random history with merges holds every commit once (seed %i)',
  expectHistoryProperties,
);
