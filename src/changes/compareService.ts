import { Failure, orInputFailure } from '../errors.ts';
import { once } from '../once.ts';
import { isSameImage } from '../workspace/contents/contextIdentity.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Baseline } from './baseline.ts';
import { compareSides } from './compareSides.ts';
import { plainReasons } from './editReasons.ts';
import type { Reason } from './reason.ts';
import type { LastRelease, ServiceChange } from './serviceChange.ts';
import { openSide, type ServiceSide } from './serviceSide.ts';

/** What is known of a service before commits are read. */
export interface Comparison {
  service: Service;
  lastRelease: LastRelease | null;
  since: ServiceChange['since'];
  /** Computed when asked for, where the answer did not need it. */
  readonly identity: string;
  /** Found when asked for. */
  reasons(): Reason[];
  /** The service as it was and is; absent where that was not needed to see what changed, or that nothing did. */
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
export async function compareService(question: ComparisonQuestion): Promise<Comparison> {
  const { project, service, lastRelease, baseline, released, gitTag, thorough } = question;
  const after = once(() => openSide(project, service));
  const known = { service, lastRelease, after, before: null, warnings: [] };
  if (lastRelease === null || baseline === null) {
    const reasons = (): Reason[] => [{ kind: 'first-release' }];
    return withIdentity({ ...known, since: null, reasons, affected: true }, await after());
  }
  const since = { gitTag, commit: baseline.commit };
  const unchanged = { ...known, since, reasons: () => [], affected: false };
  const recorded = baseline.commit === lastRelease.commit ? lastRelease.identity : null;
  const differs = thorough || (await baseline.mayDiffer(service));
  // What is as it was released needs no look, whatever else it is compared with.
  const asReleased = released !== null && !thorough && !(await released.mayDiffer(service));
  const kept = recorded ?? (asReleased ? lastRelease.identity : null);
  if (!differs && kept !== null) return { ...unchanged, identity: kept };
  const side = await after();
  const surely = differs && !thorough && (await baseline.surelyDiffers(service));
  const isAsRecorded = () => recorded !== null && recorded === side.contents.identity;
  // Where most of the other side is shared, it is sooner described than an identity computed.
  const asksRecord = !thorough && !surely && !(await baseline.installsAlike());
  if (!differs || (asksRecord && isAsRecorded())) return withIdentity(unchanged, side);
  const found = await compareWith(baseline, side, { surely, isAsRecorded });
  return withIdentity({ ...known, since, ...found }, side);
}

function withIdentity(comparison: Omit<Comparison, 'identity'>, { contents }: ServiceSide): Comparison {
  return {
    ...comparison,
    get identity() {
      return contents.identity;
    },
  };
}

/** Compares a service as it is with a baseline, whose side is described where changed paths do not tell enough. */
async function compareWith(
  baseline: Baseline,
  after: ServiceSide,
  { surely, isAsRecorded }: { surely: boolean; isAsRecorded: () => boolean },
): Promise<Pick<Comparison, 'reasons' | 'affected'> & Partial<Pick<Comparison, 'before' | 'warnings'>>> {
  const { service } = after;
  const changed = await baseline.changed();
  const changes = surely ? await baseline.plainChanges(service) : null;
  const plain = changes === null ? null : plainReasons(after, changes);
  if (plain !== null) return { reasons: () => plain, affected: true };
  const before = await orInputFailure(baseline.side(service.name));
  if (before instanceof Failure || before === null) {
    const isAsBefore = isAsRecorded() || !(await baseline.mayDiffer(service));
    if (isAsBefore) return { reasons: () => [], affected: false };
    const warnings = before === null ? [] : [unreadable(baseline, before)];
    return { reasons: () => [{ kind: 'source' }], affected: true, warnings };
  }
  // Computed by the same code: a newer built-in template alone changes both sides, and releases nothing.
  const affected = surely || !isSameImage(before.contents, after.contents);
  return { before, reasons: once(() => (affected ? compareSides(before, after, changed) : [])), affected };
}

function unreadable({ commit }: Baseline, failure: Failure): string {
  return `what ${commit.slice(0, 10)} was built from cannot be told (${failure.message}), so it counts as changed`;
}
