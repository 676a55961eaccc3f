import semver from 'semver';
import { workFailure } from '../errors.ts';
import { ownValue } from '../ownValue.ts';

/**
 * The ledger: one small JSON in a commit of its own at `refs/shipyarn/<branch>` on the remote. Its move, under
 * a lease, is what makes a release happen once; its content says what the last releases are and how far each
 * has got, so that a second run knows what is left to do without asking every registry and repo.
 */
export interface Ledger {
  schema: 1;
  /** The commit of the newest release on this branch. */
  commit: string;
  /** By service: its newest release from this branch. */
  services: Record<string, LedgerRelease>;
  /** By environment, then service: the newest version that has landed in the infra repo. */
  environments: Record<string, Record<string, LedgerDeployment>>;
}

export interface LedgerRelease {
  version: string;
  gitTag: string;
  /** The source commit that the tag points to. */
  commit: string;
  identity: string;
  /** Digest of the image manifest that carries the version. */
  digest: string;
  /** Without the registry: `team/api`. */
  image: string;
  /** True once a run has noted that the version tag is in every registry, and the forge's release is made. */
  published: boolean;
}

export interface LedgerDeployment {
  version: string;
  /** The infra commit; null: it was found there already, or waits in a pull request. */
  commit: string | null;
}

export const ledgerFile = 'ledger.json';

export function ledgerRef(branch: string): string {
  return `refs/shipyarn/${branch}`;
}

export const emptyLedger: Ledger = { schema: 1, commit: '', services: {}, environments: {} };

/** The same ledger always gives the same bytes. */
export function formatLedger(ledger: Ledger): string {
  return `${JSON.stringify(sortKeys(ledger), null, 2)}\n`;
}

export function parseLedger(text: string, ref: string): Ledger {
  try {
    const ledger: Ledger = JSON.parse(text);
    if (ledger.schema === 1) return ledger;
    throw new Error(`its schema is ${String(ledger.schema)}`);
  } catch (cause) {
    throw workFailure({
      reason: 'ledger-unreadable',
      message: `The ledger ${ref} cannot be read: ${(cause as Error).message}.`,
      hint: 'Use the newest shipyarn; if the ref was edited by hand, put its last good commit back.',
      cause,
    });
  }
}

/** The ledger after a claim: these services have new releases at `commit`. */
export function withReleases(
  ledger: Ledger,
  commit: string,
  releases: Readonly<Record<string, LedgerRelease>>,
): Ledger {
  return { ...ledger, commit, services: { ...ledger.services, ...releases } };
}

/** Releases that were claimed and stand half-done: a run was ended before its last step. */
export function unpublished(ledger: Ledger): [service: string, LedgerRelease][] {
  return Object.entries(ledger.services).filter(([, { published }]) => !published);
}

/** The newest version of a service that has landed in an environment; undefined: none has. */
export function lastLanded(
  { environments }: Ledger,
  environment: string,
  service: string,
): LedgerDeployment | undefined {
  return ownValue(ownValue(environments, environment), service);
}

/** What a run has made true since the claim. */
export interface Progress {
  /** Published services and the version that was published. */
  published: Readonly<Record<string, string>>;
  landed: Ledger['environments'];
}

/**
 * The ledger with a run's progress noted. Another run may have moved it meanwhile, so a note counts only
 * where the version is still the one at hand, and nothing that others noted is lost.
 */
export function withProgress(ledger: Ledger, progress: Progress): Ledger {
  const services = Object.fromEntries(
    Object.entries(ledger.services).map(([name, release]) => [
      name,
      ownValue(progress.published, name) === release.version ? { ...release, published: true } : release,
    ]),
  );
  const environments = structuredClone(ledger.environments);
  for (const [environment, landed] of Object.entries(progress.landed)) {
    const noted = ownValue(environments, environment) ?? {};
    for (const [service, deployment] of Object.entries(landed)) {
      const known = ownValue(noted, service);
      if (known === undefined || isMore(deployment, known)) noted[service] = deployment;
    }
    environments[environment] = noted;
  }
  return { ...ledger, services, environments };
}

/** A newer version, or the same from the run that made the commit, where another one only found it there. */
function isMore(deployment: LedgerDeployment, known: LedgerDeployment): boolean {
  const sameVersion = deployment.version === known.version;
  return semver.gt(deployment.version, known.version) || (sameVersion && known.commit === null);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, nested]) => [key, sortKeys(nested)]));
}
