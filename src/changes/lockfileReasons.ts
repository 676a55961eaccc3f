import { once } from '../once.ts';
import { changedPackages } from './changedPackages.ts';
import type { Reason } from './reason.ts';
import { type HeldNumbers, numbersApart } from './servicePackages.ts';
import type { ServiceView } from './serviceView.ts';

/**
 * What differs between the slices of two sides of a service. `isEdited`: the lockfile is another one, and most slices differ
 * by a package.
 */
export function lockfileReasons(before: ServiceView, after: ServiceView, isEdited: boolean): Reason[] {
  if (before.packages === after.packages) return [];
  const changed = once(() => changedPackages(before.packages, after.packages));
  // Packages are sooner compared than all that slices say.
  const differs = isEdited && changed().packages.length > 0;
  if (!differs && saySame(before.packages.lines(), after.packages.lines())) return [];
  return [{ kind: 'lockfile', ...changed() }];
}

function saySame(before: readonly HeldNumbers[], after: readonly HeldNumbers[]): boolean {
  return before.length === after.length && numbersApart(before, after).size === 0;
}
