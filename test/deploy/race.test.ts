import { it } from 'vitest';
import { raceOf } from './race.ts';

it(
  'three processes bump twice each, and every bump lands once',
  () => raceOf({ writers: 3, bumps: 2 }),
  240_000,
);
