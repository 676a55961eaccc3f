import type { PackageChange, Reason } from '../changes/reason.ts';

/** One reason in a few words: which files, which way, which packages, what is set differently. */
export function describeReason(reason: Reason): string {
  const way = reason.via === undefined ? reason.workspace : reason.via.join(' → ');
  const change = reason.change === undefined ? '' : ` (${reason.change})`;
  const parts = [
    ...(way === undefined ? [] : [way + change]),
    ...shorten((reason.packages ?? []).map(describePackage), reason.morePackages),
    ...(reason.settings ?? []),
    ...shorten(reason.paths ?? [], reason.morePaths),
  ];
  // `release --rebuild`: nothing of the service's own has changed.
  if (parts.length === 0 && reason.kind === 'base') return 'built again on its base image';
  // A workspace that moved, a checksum, another form of the file.
  if (parts.length === 0 && reason.kind === 'lockfile') return 'same versions, other entries in yarn.lock';
  return parts.join(', ');
}

/** `ms 2.1.2 → 2.1.3`, and how the service reaches it. */
function describePackage({ name, from, to, via }: PackageChange): string {
  const versions = `${name} ${from ?? 'new'} → ${to ?? 'dropped'}`;
  return via === undefined || via.length < 3 ? versions : `${versions} (${via.slice(1, -1).join(' → ')})`;
}

function shorten(items: readonly string[], more = 0): string[] {
  const rest = items.length - 3 + more;
  return items.length <= 3 && more === 0 ? [...items] : [...items.slice(0, 3), `and ${rest} more`];
}
