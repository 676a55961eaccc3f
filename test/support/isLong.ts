import { it } from 'vitest';

/** Whether this is one of the long runs (`npm run test:long`): files that it shares with `npm test` have more cases then. */
export const isLong = process.env.SHIPYARN_LONG === '1';

/** A case of the long runs alone. */
export const itLong = (isLong ? it : () => undefined) as typeof it;
