import { Failure, nullIfWrong, orInputFailure } from '../errors.ts';
import { once } from '../once.ts';
import { isSameImage } from '../workspace/contents/contextIdentity.ts';
import type { Project } from '../workspace/project.ts';
import type { Service } from '../workspace/service.ts';
import type { Baseline } from './baseline.ts';
import { comparableOutline } from './comparableOutline.ts';
import { compareSides } from './compareSides.ts';
import { type Outline, outlineOf } from './outline.ts';
import type { PlainChanges } from './plainChanges.ts';
import { plainReasons } from './plainReasons.ts';
import type { Reason } from './reason.ts';
import type { LastRelease, ServiceChange } from './serviceChange.ts';
import { openSide, type ServiceSide } from './serviceSide.ts';

/** What is known of a service before commits are read. */
export interface Comparison {
  service: Service;
  lastRelease: LastRelease | null;
  since: ServiceChange['since'];
  /** Recorded with the release that the service is as; null: `after` has it. */
  identity: string | null;
  /** Found when asked for. */
  reasons(): Reason[];
  /** The service as it was; null where that was not needed to see what changed, or that nothing did. */
  before: () => Promise<ServiceSide | null>;
  /** The service as it is; not yet described where that was not needed either. */
  after: () => Promise<ServiceSide>;
  /** What told instead, newest first; none: both are described. */
  outlines: readonly Outline[];
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
  /** Whether the identity is needed where nothing recorded it: then the context is described in any case. */
  identities: boolean;
}

/**
 * Compares a service with a baseline (null: it has no release yet). `gitTag` is the release that the baseline
 * stands for; null: none. `thorough` compares even where changed paths show that nothing differs.
 */
export async function compareService(question: ComparisonQuestion): Promise<Comparison> {
  const { project, service, lastRelease, baseline, released, gitTag, thorough, identities } = question;
  const after = once(() => openSide(project, service));
  const known = {
    service,
    lastRelease,
    after,
    identity: null,
    before: async () => null,
    outlines: [],
    warnings: [],
  };
  if (lastRelease === null || baseline === null) {
    await after();
    return { ...known, since: null, reasons: () => [{ kind: 'first-release' }], affected: true };
  }
  const since = { gitTag, commit: baseline.commit };
  const unchanged = { ...known, since, reasons: () => [], affected: false };
  const recorded = baseline.commit === lastRelease.commit ? lastRelease.identity : null;
  const differs = thorough || (await baseline.mayDiffer(service));
  // What is as it was released needs no look, whatever else it is compared with.
  const asReleased = released !== null && !thorough && !(await released.mayDiffer(service));
  const kept = recorded ?? (asReleased ? lastRelease.identity : null);
  if (!differs && (kept !== null || !identities)) return { ...unchanged, identity: kept };
  const surely = differs && !thorough && (await baseline.surelyDiffers(service));
  const changes = surely ? await baseline.plainChanges(service) : null;
  // Where an identity is needed, the service as it is will be described in any case.
  const isOutlined = changes !== null && (!identities || changes.needsOthers);
  const told = isOutlined ? await toldByOutline(question, baseline, changes) : null;
  if (told !== null) return { ...known, since, ...told, affected: true };
  const side = await after();
  if (!differs) return unchanged;
  const found = await compareWith(baseline, side, { recorded, thorough, surely, changes });
  return { ...known, since, ...found };
}

/** Reasons for which no context is described; null where one has to be. */
async function toldByOutline(
  { project, service }: ComparisonQuestion,
  baseline: Baseline,
  changes: PlainChanges,
): Promise<Pick<Comparison, 'reasons' | 'before' | 'outlines'> | null> {
  const after = changes.areFiles ? await outlineOf(project, service) : null;
  if (after === null) return null;
  const before = changes.needsOthers ? await nullIfWrong(comparableOutline(baseline, after)) : null;
  const outlines = before === null ? [after] : [after, before];
  if (!outlines.every((outline) => outline.tells(changes.paths))) return null;
  const reasons = plainReasons(after, changes, before);
  if (reasons === null) return null;
  const described = once(() => nullIfWrong(baseline.side(service.name)));
  return { reasons: () => reasons, before: before === null ? async () => null : described, outlines };
}

/** Compares a service as it is with a baseline, whose side is described where changed paths do not tell enough. */
async function compareWith(
  baseline: Baseline,
  after: ServiceSide,
  known: { recorded: string | null; thorough: boolean; surely: boolean; changes: PlainChanges | null },
): Promise<Pick<Comparison, 'reasons' | 'affected'> & Partial<Pick<Comparison, 'before' | 'warnings'>>> {
  const { recorded, thorough, surely, changes } = known;
  const plain = changes === null ? null : plainReasons(after, changes);
  if (plain !== null) return { reasons: () => plain, affected: true };
  const isAsRecorded = () => recorded !== null && recorded === after.contents.identity;
  const unchanged = { reasons: () => [], affected: false };
  // Where most of the other side is shared, it is sooner described than an identity computed.
  const asksRecord = !thorough && !surely && !(await baseline.installsAlike());
  if (asksRecord && isAsRecorded()) return unchanged;
  const { service } = after;
  const before = await orInputFailure(baseline.side(service.name));
  if (before instanceof Failure || before === null) {
    if (isAsRecorded() || !(await baseline.mayDiffer(service))) return unchanged;
    const warnings = before === null ? [] : [unreadable(baseline, before)];
    return { reasons: () => [{ kind: 'source' }], affected: true, warnings };
  }
  const changed = await baseline.changed();
  // Computed by the same code: a newer built-in template alone changes both sides, and releases nothing.
  const affected = surely || !isSameImage(before.contents, after.contents);
  return {
    before: async () => before,
    reasons: once(() => (affected ? compareSides(before, after, changed) : [])),
    affected,
  };
}

function unreadable({ commit }: Baseline, failure: Failure): string {
  return `what ${commit.slice(0, 10)} was built from cannot be told (${failure.message}), so it counts as changed`;
}
