import { ownValue } from '../ownValue.ts';
import type { ConventionalChange } from './commits/parseCommit.ts';
import type { Bump } from './releasePlan.ts';

const order: readonly Bump[] = ['none', 'patch', 'minor', 'major'];

/** Type → bump where nothing is configured. */
const defaultBumps: Readonly<Record<string, Bump>> = {
  feat: 'minor',
  feature: 'minor',
  fix: 'patch',
  perf: 'patch',
  revert: 'patch',
};

/** The larger of two bumps. */
export function highest(a: Bump, b: Bump): Bump {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

/** The smaller of two bumps. */
export function lowest(a: Bump, b: Bump): Bump {
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
}

/** How a preset sees it: a level (0 major, 1 minor, 2 patch), or nothing. */
export type WhatBump = (commits: readonly object[]) => { level: number } | null | undefined;

/**
 * What one change asks for, before the rules for 0.x. `configured` is laid over the defaults, or over what a
 * preset of the user's own says.
 */
export function bumpOfChange(
  change: ConventionalChange,
  configured: Readonly<Record<string, Bump>> = {},
  whatBump?: WhatBump,
): Bump {
  if (change.breaking.length > 0) return 'major';
  const bump = change.type === null ? undefined : ownValue(configured, change.type);
  if (bump !== undefined) return bump;
  if (whatBump !== undefined)
    return (['major', 'minor', 'patch'] as const)[levelOf(change, whatBump)] ?? 'none';
  return ownValue(defaultBumps, change.type ?? '') ?? 'none';
}

function levelOf({ fields }: ConventionalChange, whatBump: WhatBump): number {
  return whatBump([{ notes: [], ...fields }])?.level ?? -1;
}
