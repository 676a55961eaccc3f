import semver from 'semver';
import type { Environment } from '../config/settings.ts';
import { inputFailure } from '../errors.ts';
import { imageTagOf } from '../plan/imageReference.ts';
import type { PlannedEdit } from '../plan/releasePlan.ts';
import { editScalars, type ScalarEdit } from './editScalars.ts';
import type { WantedImage } from './findTagSites.ts';
import { type Freeze, freezeAt } from './freezeAt.ts';
import { type Hold, holdOn } from './holds.ts';
import type { InfraFile } from './infraFiles.ts';
import { type Located, type LocatedSite, notFound } from './locateServices.ts';
import type { FileSelection } from './selectFiles.ts';
import { currentDigest, currentTag, siteValue } from './tagSite.ts';

/** A version of a service that an environment shall run. */
export interface VersionToLand extends WantedImage {
  version: string;
  /** Commit of the monorepo that the image was built from. */
  sourceCommit: string | null;
  /** Of the image, `sha256:…`: needed where the environment pins digests. */
  digest?: string | undefined;
  /** Changelog in Markdown, for the text of a pull request. */
  notes?: string | undefined;
}

/**
 * `release` and `promote` respect holds and freezes; `deploy` lifts the holds of what it deploys; `rollback`
 * may go to an older version, at any time, and holds it there.
 */
export type DeploymentMode = 'release' | 'promote' | 'deploy' | 'rollback';

export interface ServiceOutcome {
  service: string;
  version: string;
  /** `landed`: edits are planned or made; `proposed`: they wait in a pull request; `elsewhere`: not deployed there. */
  outcome: 'landed' | 'proposed' | 'present' | 'held' | 'frozen' | 'older' | 'elsewhere';
  /** What the environment ran before; null where it is not deployed there. */
  from: string | null;
  /** For people: why nothing was done. */
  why?: string;
}

export interface DeploymentPlan {
  edits: PlannedEdit[];
  /** New texts by path. */
  texts: ReadonlyMap<string, string>;
  outcomes: ServiceOutcome[];
}

export interface PlanningInput {
  environment: Environment;
  versions: readonly VersionToLand[];
  mode: DeploymentMode;
  located: Located;
  searched: { selection: FileSelection; files: number };
  holds: readonly Hold[];
  /** Milliseconds since 1970. */
  now: number;
  ignoreFreeze: boolean;
  /** True: digests may be unknown still, since nothing was built yet. */
  dryRun: boolean;
}

/** What is to be changed in the files of one environment, and what is left and why. Pure. */
export function planDeployment(input: PlanningInput): DeploymentPlan {
  const freeze = freezeAt(input.environment, input.now);
  const changes: { located: LocatedSite; service: string; to: string }[] = [];
  const outcomes = input.versions.map((version) => {
    const sites = input.located.sites.get(version.service);
    if (sites === undefined)
      throw notFound(version, input.environment, { ...input.searched, located: input.located });
    const outcome = outcomeOf(version, sites, freeze, input);
    if (outcome.outcome === 'landed') {
      for (const located of behind(version, sites, input)) {
        changes.push({ located, service: version.service, to: plannedValue(version, located, input) });
      }
    }
    return outcome;
  });
  return { edits: uniqueEdits(changes.map(plannedEdit)), texts: editFiles(changes), outcomes };
}

function outcomeOf(
  version: VersionToLand,
  sites: readonly LocatedSite[],
  freeze: Freeze | null,
  input: PlanningInput,
): ServiceOutcome {
  const { environment, mode } = input;
  const from = runningVersion(sites);
  const result = (outcome: ServiceOutcome['outcome'], why?: string): ServiceOutcome => ({
    service: version.service,
    version: version.version,
    outcome,
    from,
    ...(why === undefined ? {} : { why }),
  });
  if (sites.length === 0) return result('elsewhere', `not deployed in ${environment.name}`);
  const hold = holdOn(input.holds, version.service, environment.name);
  if (hold && (mode === 'release' || mode === 'promote')) {
    return result('held', `held at ${hold.version} since ${hold.since} by ${hold.by}`);
  }
  if (behind(version, sites, input).length === 0) {
    const older = mode !== 'rollback' && sites.some(({ site }) => isOlder(version.version, currentTag(site)));
    return older ? result('older', `${environment.name} runs ${from}, which is newer`) : result('present');
  }
  if (freeze && mode !== 'rollback' && !input.ignoreFreeze) {
    return result(
      'frozen',
      `frozen until ${freeze.until}${freeze.reason === null ? '' : `: ${freeze.reason}`}`,
    );
  }
  return result('landed');
}

/** The version that an environment runs: the newest that its sites name, should they differ. */
export function runningVersion(sites: readonly LocatedSite[]): string | null {
  const tags = sites.filter(({ site }) => site.role !== 'digest').map(({ site }) => currentTag(site));
  const [newest] = [...tags].sort((a, b) => (isOlder(a, b) ? 1 : -1));
  return newest === undefined || newest === '' ? null : newest;
}

/** Sites that do not say yet what they shall, and may. */
function behind(version: VersionToLand, sites: readonly LocatedSite[], input: PlanningInput): LocatedSite[] {
  const guarded = input.mode !== 'rollback';
  return sites.filter(({ site, file }) => {
    if (site.role === 'digest' && currentDigest(site) === null && !input.environment.digest) return false;
    const tag = site.role === 'digest' ? (siblingTag(site, sites, file) ?? '') : currentTag(site);
    if (guarded && isOlder(version.version, tag)) return false;
    if (site.scalar.value === plannedValue(version, { site, file }, { ...input, dryRun: true })) return false;
    return !(input.dryRun && version.digest === undefined && tag === version.version);
  });
}

/** The tag that a separate digest stands beside. */
function siblingTag(
  { scalar }: LocatedSite['site'],
  sites: readonly LocatedSite[],
  file: InfraFile,
): string | undefined {
  const parent = JSON.stringify(scalar.path.slice(0, -1));
  const beside = sites.find(
    ({ site, file: other }) =>
      other === file && site.role === 'tag' && JSON.stringify(site.scalar.path.slice(0, -1)) === parent,
  );
  return beside && currentTag(beside.site);
}

/** Semantic versions compare; a tag that is none, or none at all, counts as older. */
function isOlder(version: string, than: string): boolean {
  const current = semver.parse(than);
  const next = semver.parse(version);
  return current !== null && (next === null || semver.lt(next, current));
}

function plannedValue(version: VersionToLand, { site, file }: LocatedSite, input: PlanningInput): string {
  const separate = site.role === 'tag' && hasSeparateDigest(site, file, input);
  const pinned = currentDigest(site) !== null || (input.environment.digest === true && !separate);
  if (!pinned) return siteValue(site, imageTagOf(version.version), null);
  if (version.digest === undefined && !input.dryRun)
    throw digestUnknown(version, site.scalar.place.line, file.path);
  return siteValue(site, imageTagOf(version.version), version.digest ?? null);
}

function hasSeparateDigest(
  { scalar }: LocatedSite['site'],
  file: InfraFile,
  { located }: PlanningInput,
): boolean {
  const parent = JSON.stringify(scalar.path.slice(0, -1));
  return [...located.sites.values()].some((sites) =>
    sites.some(
      ({ site, file: other }) =>
        other === file && site.role === 'digest' && JSON.stringify(site.scalar.path.slice(0, -1)) === parent,
    ),
  );
}

function digestUnknown({ service, version }: VersionToLand, line: number, file: string): Error {
  return inputFailure({
    reason: 'infra-digest-unknown',
    message: `The digest of ${service} ${version} is not known, but its tag is pinned by one.`,
    hint: 'See that this version is in the registry, or take `@sha256:…` out of the file.',
    at: { file, line },
  });
}

function plannedEdit({
  located,
  service,
  to,
}: {
  located: LocatedSite;
  service: string;
  to: string;
}): PlannedEdit {
  const { file, site } = located;
  const { line } = site.scalar.place;
  const shown = (value: string) => (site.role === 'reference' ? afterRepository(value) : value);
  return { service, file: file.path, line, from: shown(site.scalar.text), to: shown(to) };
}

/** Aliases lead to one place from several. */
function uniqueEdits(edits: readonly PlannedEdit[]): PlannedEdit[] {
  return [...new Map(edits.map((edit) => [JSON.stringify(edit), edit])).values()];
}

/** `repository:1.2.3@sha256:…` → `1.2.3@sha256:…`. */
function afterRepository(reference: string): string {
  const found = /:((?:\w[\w.-]*)(?:@.*)?)$/.exec(reference.slice(reference.lastIndexOf('/') + 1));
  return found?.[1] ?? reference;
}

function editFiles(changes: readonly { located: LocatedSite; to: string }[]): Map<string, string> {
  const byFile = new Map<InfraFile, ScalarEdit[]>();
  for (const { located, to } of changes) {
    const edits = byFile.get(located.file) ?? [];
    byFile.set(located.file, [...edits, { scalar: located.site.scalar, to }]);
  }
  return new Map([...byFile].map(([file, edits]) => [file.path, editScalars(file.path, file.text, edits)]));
}
