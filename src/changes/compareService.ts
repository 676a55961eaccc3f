import { Failure } from '../errors.ts';
import { once } from '../once.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Baseline } from './baseline.ts';
import { compareSides } from './compareSides.ts';
import type { Reason } from './reason.ts';
import type { LastRelease, ServiceChange } from './serviceChange.ts';
import { openSide, type ServiceSide } from './serviceSide.ts';

/** What is known of a service before commits are read. */
export interface Comparison {
  service: Service;
  lastRelease: LastRelease | null;
  since: ServiceChange['since'];
  identity: string;
  reasons: Reason[];
  /** The service as it was and is; absent where that was not needed to see that nothing changed. */
  before: ServiceSide | null;
  after: () => Promise<ServiceSide>;
  affected: boolean;
  warnings: string[];
}

export interface ComparisonQuestion {
  project: Project;
  service: Service;
  lastRelease: LastRelease | null;
  baseline: Baseline | null;
  /** The last release's commit, where `baseline` is another one. */
  released: Baseline | null;
  gitTag: string | null;
  thorough: boolean;
}

/**
 * Compares a service with a baseline (null: it has no release yet). `gitTag` is the release that the baseline
 * stands for; null: none. `thorough` compares even where changed paths show that nothing differs.
 */
export async function compareService({
  project,
  service,
  lastRelease,
  baseline,
  released,
  gitTag,
  thorough,
}: ComparisonQuestion): Promise<Comparison> {
  const after = once(() => openSide(project, service));
  const known = { service, lastRelease, after, before: null, warnings: [] };
  if (lastRelease === null || baseline === null) {
    const reasons: Reason[] = [{ kind: 'first-release' }];
    return { ...known, since: null, identity: (await after()).contents.identity, reasons, affected: true };
  }
  const since = { gitTag, commit: baseline.commit };
  const recorded = baseline.commit === lastRelease.commit ? lastRelease.identity : null;
  const differs = thorough || (await baseline.mayDiffer(service));
  // What is as it was released needs no look, whatever else it is compared with.
  const asReleased = released !== null && !thorough && !(await released.mayDiffer(service));
  const kept = recorded ?? (asReleased ? lastRelease.identity : null);
  const identity = differs || kept === null ? (await after()).contents.identity : kept;
  if (!differs || (identity === recorded && !thorough))
    return { ...known, since, identity, reasons: [], affected: false };
  const before = await sideOrProblem(baseline, service.name);
  if (before instanceof Failure || before === null) {
    const warnings = before === null ? [] : [unreadable(baseline, before)];
    return { ...known, since, identity, reasons: [{ kind: 'source' }], affected: true, warnings };
  }
  const reasons = compareSides(before, await after(), await baseline.changed());
  return {
    ...known,
    since,
    identity,
    reasons,
    before,
    // Computed by the same code: a newer built-in template alone changes both sides, and releases nothing.
    affected: identity !== before.contents.identity,
  };
}

/** The service at the baseline; a failure where that state of the project could not be built. */
async function sideOrProblem(baseline: Baseline, name: string): Promise<ServiceSide | null | Failure> {
  try {
    return await baseline.side(name);
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) return error;
    throw error;
  }
}

function unreadable({ commit }: Baseline, failure: Failure): string {
  return `what ${commit.slice(0, 10)} was built from cannot be told (${failure.message}), so it counts as changed`;
}
