import type { Closure } from '../workspace/closure.ts';
import { versionsIn } from '../workspace/lockfile/shownPackages.ts';
import { wayInClassicSlice } from '../workspace/lockfile/sliceClassicLockfile.ts';
import { lineNumber } from '../workspace/lockfile/sliceLines.ts';
import type { Project } from '../workspace/project.ts';
import { rowsUpTo } from './bitRows.ts';
import type { HeldNumbers, ServicePackages } from './servicePackages.ts';

/** The third-party packages of a service under Yarn Classic, as the slices of its closures have them. */
export function classicPackages(project: Project, closures: readonly Closure[]): ServicePackages {
  const lists = () => closures.map(({ slice }) => slice.packages());
  return {
    shown: () => lists().map((list) => heldNumbers(list.map(({ number }) => number))),
    lines: () => closures.map(({ slice }) => heldNumbers([lineNumber(slice.text())])),
    versionsOf: (name) => lists().map((list) => versionsIn(list, name)),
    wayTo(name) {
      for (const { scope } of closures) {
        const way = wayInClassicSlice(project, scope, name);
        if (way !== null) return way;
      }
      return null;
    },
    holdsAny: (names) => lists().some((list) => list.some(({ name }) => names.has(name))),
  };
}

/** Rows with a single member, for each service has its own walk through the lockfile. */
function heldNumbers(numbers: readonly number[]): HeldNumbers {
  const rows = rowsUpTo(numbers, 1);
  for (const number of numbers) rows.add(number, 0);
  return { rows, member: 0 };
}
