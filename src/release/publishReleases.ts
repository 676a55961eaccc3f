import semver from 'semver';
import { notesOfTag } from '../changes/tagTrailers.ts';
import type { Config } from '../config/settings.ts';
import { firstRegistry } from '../image/makeImages.ts';
import { publishImage } from '../image/publishImage.ts';
import { releaseDetails } from '../image/releaseDetails.ts';
import { imageTagOf } from '../plan/imageReference.ts';
import type { Forge } from '../ports/forge.ts';
import type { Ports } from '../ports/ports.ts';
import type { ImageStore } from '../ports/registry.ts';
import { forgeNotes } from './forgeNotes.ts';
import { type Ledger, type LedgerRelease, unpublished } from './ledger.ts';
import { isBehind } from './remoteState.ts';

export interface Publishing {
  /** What is published now: service → version. */
  published: Record<string, string>;
  failures: unknown[];
}

/**
 * Publishes claimed releases that are not yet, as far as they are of `head` or before it (later ones need a
 * later configuration): version tags in every registry, then the forge's releases. Each looks first and makes
 * only what is missing. What fails does not keep the others.
 */
export async function publishReleases(
  ports: Ports,
  config: Config,
  head: { commit: string },
  ledger: Ledger,
): Promise<Publishing> {
  const waiting = await waitingUpTo(ports, head.commit, ledger);
  if (waiting.length === 0) return { published: {}, failures: [] };
  const { first, mirrors } = await openRegistries(ports, config);
  const forge = await releaseForge(ports, config);
  const done = await Promise.allSettled(
    waiting.map(async ([service, release]) => {
      const details = () => releaseDetails(ports.git, { service, ...release });
      const made = await publishImage({ ...release, details }, first, mirrors);
      if (made === 'made') {
        ports.report({ kind: 'effect', effect: 'image-tagged', detail: describe(release), service });
      }
      if (forge !== null) await putForgeRelease(ports, forge, service, release);
      return [service, release.version] as const;
    }),
  );
  return {
    published: Object.fromEntries(done.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))),
    failures: done.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])),
  };
}

/** The registry that images are built to, and those that get copies. */
export async function openRegistries(
  { openStore }: Pick<Ports, 'openStore'>,
  config: Config,
): Promise<{ first: ImageStore; mirrors: ImageStore[] }> {
  const [first, ...mirrors] = await Promise.all([
    openStore(firstRegistry(config), config),
    ...config.registries.slice(1).map((location) => openStore(location, config)),
  ]);
  return { first, mirrors };
}

async function waitingUpTo(
  { git }: Ports,
  head: string,
  ledger: Ledger,
): Promise<[service: string, LedgerRelease][]> {
  const waiting = unpublished(ledger);
  const behind = await Promise.all(waiting.map(([, { commit }]) => isBehind(git, commit, head)));
  return waiting.filter((_, index) => behind[index]);
}

/** Where releases are to be announced; null: nowhere. Rejects where that is configured and cannot be. */
export async function releaseForge(ports: Ports, config: Config): Promise<Forge | null> {
  if (config.file.changelog?.releaseNotes !== true) return null;
  const forge = await ports.openForge(config);
  if (forge === null) {
    const message =
      '`changelog.releaseNotes` is set, but no forge is known at this remote: set `forge.kind`.';
    ports.report({ kind: 'warning', message });
  }
  return forge;
}

async function putForgeRelease(
  { git, report }: Ports,
  forge: Forge,
  service: string,
  { gitTag, version }: LedgerRelease,
): Promise<void> {
  const tag = (await git.history.tags()).get(gitTag);
  const notes = tag?.annotated ? notesOfTag(await git.objects.read(tag.oid)) : '';
  const prerelease = semver.prerelease(version) !== null;
  const outcome = await forge.putRelease({
    gitTag,
    name: gitTag,
    notes: forgeNotes(notes, gitTag),
    prerelease,
  });
  if (outcome === 'made') report({ kind: 'effect', effect: 'forge-released', detail: gitTag, service });
}

function describe({ image, version, digest }: LedgerRelease): string {
  return `${image}:${imageTagOf(version)} (${digest.slice(0, 19)})`;
}
