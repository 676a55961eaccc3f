import { Failure, workFailure } from '../errors.ts';
import { type MadeImages, makeImages } from '../image/makeImages.ts';
import type { PlannedService, ReleasePlan } from '../plan/releasePlan.ts';
import { withoutBrokenGroups } from '../plan/withoutBrokenGroups.ts';
import type { Ports } from '../ports/ports.ts';
import { claim } from '../release/claim.ts';
import { currentLedger, type StoredLedger } from '../release/ledgerStore.ts';
import { releaseCommit } from '../release/releaseCommit.ts';
import type { RemoteState } from '../release/remoteState.ts';
import { stopIfAsked } from '../release/stopIfAsked.ts';
import { toClaimables } from '../release/toClaimables.ts';
import { inStage } from '../report/inStage.ts';
import type { PlannedRelease } from './planRelease.ts';
import type { Survey } from './survey.ts';

export interface ClaimOptions {
  keepGoing?: boolean;
  rebuild?: boolean;
  signal: AbortSignal;
}

export interface ClaimedRelease {
  /** With the images' digests; without what could not be built. */
  plan: ReleasePlan;
  services: ReadonlySet<string>;
  /** With the claim. */
  ledger: StoredLedger;
  /** Services that could not be built, and those that are released only together with one of them. */
  failed: string[];
}

/** Images, then the claim. `lost`: another run won it, and nothing has landed. */
export async function claimRelease(
  ports: Ports,
  survey: Survey,
  remote: RemoteState,
  { changes, plan }: PlannedRelease,
  options: ClaimOptions,
): Promise<ClaimedRelease | 'lost'> {
  const wanted = plan.services.filter(({ affected }) => affected);
  let made: MadeImages;
  try {
    made = await inStage(ports, 'image', () => makeImages(ports, survey, changes, wanted, options));
  } catch (error) {
    if (await isLost(ports, remote, error)) return 'lost';
    throw error;
  }
  stopIfAsked(options.signal);
  const built = wanted.filter(({ name }) => made.images.has(name));
  const whole = withoutBrokenGroups(built, wanted, survey.config);
  const claimed = new Set(whole.map(({ name }) => name));
  const failed = wanted.flatMap(({ name }) => (claimed.has(name) ? [] : [name]));
  if (whole.length === 0 && made.failure !== undefined) throw made.failure;
  for (const name of failed) ports.report({ kind: 'warning', service: name, message: 'is not released' });
  const ledger = await inStage(ports, 'release', () => pushClaim(ports, survey, remote, whole, made));
  if (ledger === 'lost') return 'lost';
  if (made.failure !== undefined) ports.report({ kind: 'warning', message: made.failure.message });
  return { plan: withDigests(plan, made, claimed), services: claimed, ledger, failed };
}

/** A version that another run has published meanwhile is a lost race; without such a run it is in the way. */
async function isLost({ git }: Ports, { branch, ledger }: RemoteState, error: unknown): Promise<boolean> {
  if (!(error instanceof Failure) || error.reason !== 'image-tag-taken') return false;
  return (await currentLedger(git, branch)).oid !== ledger.oid;
}

async function pushClaim(
  ports: Ports,
  { head, config }: Survey,
  remote: RemoteState,
  services: readonly PlannedService[],
  made: MadeImages,
): Promise<StoredLedger | 'lost'> {
  const { git, clock, report } = ports;
  const claimables = toClaimables(services, made.images, head.commit);
  const commit = await releaseCommit(git, clock, remote, services, config);
  const result = await claim(git, clock, remote, head.commit, claimables, commit);
  if (!result.ok && result.why === 'lost-race') return 'lost';
  if (!result.ok) throw await claimRefused(ports, result.output);
  // The tags are this clone's, too: the next preview compares with them. The next release fetches them in any case.
  await git.remote.fetch(claimables.map(({ release }) => tagRefspec(release.gitTag))).catch(() => undefined);
  for (const { release, service } of claimables) {
    report({ kind: 'effect', effect: 'claim-pushed', detail: release.gitTag, service });
  }
  return result.stored;
}

function tagRefspec(gitTag: string): string {
  return `refs/tags/${gitTag}:refs/tags/${gitTag}`;
}

async function claimRefused({ git }: Ports, output: string): Promise<Failure> {
  return workFailure({
    reason: 'claim-refused',
    message: `The remote ${await git.remote.url()} refused the tags.`,
    hint: 'See that this identity may push tags and refs/shipyarn/, then run again: the images are kept.',
    output,
  });
}

function withDigests(plan: ReleasePlan, made: MadeImages, claimed: ReadonlySet<string>): ReleasePlan {
  const services = plan.services.map((service) => {
    const digest = claimed.has(service.name) ? made.images.get(service.name)?.digest : undefined;
    return digest === undefined || service.image === null
      ? service
      : { ...service, image: { ...service.image, digest } };
  });
  return { ...plan, services };
}
