import { it } from 'vitest';
import { raceOf } from './race.ts';

it('ten processes bump twenty times each, and every bump lands once', () =>
  raceOf({ writers: 10, bumps: 20 }));
