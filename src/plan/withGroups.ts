import micromatch from 'micromatch';
import type { ServiceChange } from '../changes/serviceChange.ts';
import { unscopedName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';

/**
 * The changes with `groups` applied: where one member is to be released, all are; the others get a reason
 * `group` that names a member that changed. Throws an input failure for a group that matches no service.
 */
export function withGroups(changes: readonly ServiceChange[], config: Config): ServiceChange[] {
  const causes = groupCauses(changes, config);
  return changes.map((change) => {
    const cause = causes.get(change);
    if (cause === undefined) return change;
    return { ...change, affected: true, reasons: [{ kind: 'group', workspace: cause.service.path }] };
  });
}

type Member = Pick<ServiceChange, 'service' | 'affected'>;

/** By service that is released for its group's sake, one that changed. Throws as `withGroups` does. */
export function groupCauses<Change extends Member>(
  changes: readonly Change[],
  config: Config,
): Map<Change, Change> {
  const groups = Object.entries(config.file.groups ?? {}).map(([name, globs]) =>
    members(name, globs, changes, config),
  );
  const causes = new Map<Change, Change>();
  const isReleased = (change: Change) => change.affected || causes.has(change);
  // A service of two groups ties them together: until nothing is added any more.
  for (let grew = true; grew; ) {
    grew = false;
    for (const group of groups) {
      const cause = group.find(isReleased);
      const rest = cause === undefined ? [] : group.filter((change) => !isReleased(change));
      for (const change of rest) causes.set(change, cause as Change);
      grew ||= rest.length > 0;
    }
  }
  return causes;
}

function members<Change extends Member>(
  name: string,
  globs: readonly string[],
  changes: readonly Change[],
  config: Config,
): Change[] {
  const found = changes.filter(({ service }) =>
    [service.name, unscopedName(service.name), service.path].some((word) =>
      micromatch.isMatch(word, [...globs]),
    ),
  );
  if (found.length > 0) return found;
  const at = config.origin(`groups.${name}`);
  throw inputFailure({
    reason: 'group-without-service',
    message: `\`groups.${name}: ${JSON.stringify(globs)}\` matches no service.`,
    hint: `Services here: ${changes.map(({ service }) => service.name).join(', ')}.`,
    ...(at === null ? {} : { at }),
  });
}
