import { changedPackages } from './changedPackages.ts';
import type { Reason } from './reason.ts';
import { type HeldNumbers, numbersApart } from './servicePackages.ts';
import type { ServiceView } from './serviceView.ts';

/** What differs between the slices of two sides of a service. `surely`: something does. */
export function lockfileReasons(before: ServiceView, after: ServiceView, surely = false): Reason[] {
  if (before.packages === after.packages) return [];
  const changed = changedPackages(before.packages, after.packages);
  // Packages are sooner compared than all that slices say.
  const differs =
    surely || changed.packages.length > 0 || !saySame(before.packages.lines(), after.packages.lines());
  return differs ? [{ kind: 'lockfile', ...changed }] : [];
}

function saySame(before: readonly HeldNumbers[], after: readonly HeldNumbers[]): boolean {
  return before.length === after.length && numbersApart(before, after).size === 0;
}
