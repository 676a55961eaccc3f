import { it } from 'vitest';
import { raceOf } from './race.ts';

it(
  'four processes bump three times each, and every bump lands once',
  () => raceOf({ writers: 4, bumps: 3 }),
  240_000,
);
