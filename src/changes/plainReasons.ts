import { editReasons } from './editReasons.ts';
import { lockfileReasons } from './lockfileReasons.ts';
import type { PlainChanges } from './plainChanges.ts';
import type { Reason } from './reason.ts';
import type { ServiceView } from './serviceView.ts';

/**
 * Why a service differs from what it was before plain changes; `before`, where it may need other packages since. Null where
 * the other side has to be described: none of the changes is in the image, an install runs one, which may load others, or
 * an own Dockerfile may copy what they leave out.
 */
export function plainReasons(
  after: ServiceView,
  changes: PlainChanges,
  before: ServiceView | null = null,
): Reason[] | null {
  const { paths, installed, leavesOut, needsOthers, more: told } = changes;
  if ((leavesOut || installed.size > 0) && after.shape !== 'layers') return null;
  if (needsOthers && before === null) return null;
  const edited = after.heldAmong(paths).sort();
  const read = after.installedAmong(paths);
  const lockfile = packageReasons(after, changes, { read, before });
  const more = told(after);
  if (edited.length + more.length + lockfile.length === 0) return null;
  if (read.some((path) => !installed.has(path))) return null;
  const isDockerfile = ({ kind }: Reason) => kind === 'dockerfile';
  return [
    ...more.filter(isDockerfile),
    ...editReasons(edited, [after]),
    ...lockfile,
    ...more.filter((reason) => !isDockerfile(reason)),
  ];
}

/** What changed in the slices. `read`: the changed paths that installs read. */
function packageReasons(
  after: ServiceView,
  { versions, asking }: PlainChanges,
  { read, before }: { read: readonly string[]; before: ServiceView | null },
): Reason[] {
  // A slice repeats what manifests ask for.
  const asksAnew = read.some((path) => asking.has(path));
  if (before !== null) return lockfileReasons(before, after, asksAnew);
  const told = versions(after);
  return asksAnew || told.packages.length > 0 ? [{ kind: 'lockfile', ...told }] : [];
}
