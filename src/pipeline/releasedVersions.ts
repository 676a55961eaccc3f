import semver from 'semver';
import { type ReleaseTag, releaseTags } from '../changes/releaseTags.ts';
import { tagFormat } from '../changes/tagFormat.ts';
import { notesOfTag } from '../changes/tagTrailers.ts';
import type { VersionToLand } from '../deploy/planDeployment.ts';
import { inputFailure } from '../errors.ts';
import { repositoryOf } from '../plan/imageReference.ts';
import type { Ports } from '../ports/ports.ts';
import type { Service } from '../workspace/service.ts';
import type { Survey } from './survey.ts';

/** The releases of a monorepo, by its Git tags. */
export interface ReleasedVersions {
  /** A service's releases, highest version first. */
  of(service: string): readonly ReleaseTag[];
  /** The newest stable release; where there is none, the newest. Rejects with `never-released`. */
  newest(service: Service): Promise<VersionToLand>;
  /** A release by its version. Rejects with `never-released` or `unknown-version`. */
  find(service: Service, version: string): Promise<VersionToLand>;
  /** The same for a version that may have been deployed without a release of ours. */
  describe(service: Service, version: string): Promise<VersionToLand>;
}

/** Fetches the remote's tags and reads the releases in them. */
export async function releasedVersions(
  { git }: Pick<Ports, 'git'>,
  { config, services }: Pick<Survey, 'config' | 'services'>,
): Promise<ReleasedVersions> {
  await git.remote.fetch(['+refs/tags/*:refs/tags/*']);
  const tags = releaseTags(await git.history.tags(), tagFormat(config, services));
  const { of } = tags;

  const toVersion = async (service: Service, { gitTag, version }: ReleaseTag): Promise<VersionToLand> => {
    const message = gitTag.annotated ? (await git.objects.read(gitTag.oid)).toString('utf8') : '';
    const trailer = (name: string) => new RegExp(`^${name}: *(\\S+)$`, 'm').exec(message)?.[1];
    return {
      service: service.name,
      repository: repositoryOf(service, config),
      version,
      sourceCommit: trailer('Source-Commit') ?? gitTag.commit,
      digest: /@(sha256:[0-9a-f]{64})$/.exec(trailer('Image') ?? '')?.[1],
      notes: notesOfTag(message),
    };
  };

  return {
    of,
    async newest(service) {
      const known = of(service.name);
      const chosen = known.find(({ version }) => semver.prerelease(version) === null) ?? known[0];
      if (chosen === undefined) throw neverReleased(service);
      return toVersion(service, chosen);
    },
    async find(service, version) {
      const found = of(service.name).find((tag) => tag.version === version);
      if (found === undefined) throw unknownVersion(service, version, of(service.name));
      return toVersion(service, found);
    },
    async describe(service, version) {
      const found = of(service.name).find((tag) => tag.version === version);
      if (found !== undefined) return toVersion(service, found);
      return {
        service: service.name,
        repository: repositoryOf(service, config),
        version,
        sourceCommit: null,
      };
    },
  };
}

function neverReleased({ name }: Service): Error {
  return inputFailure({
    reason: 'never-released',
    message: `${name} was never released: no tag of it is on the remote.`,
    hint: 'Release it first: `shipyarn release`.',
  });
}

function unknownVersion(service: Service, version: string, known: readonly ReleaseTag[]): Error {
  if (known.length === 0) return neverReleased(service);
  const some = known.slice(0, 5).map((tag) => tag.version);
  return inputFailure({
    reason: 'unknown-version',
    message: `${service.name} has no release ${version}.`,
    hint: `Its newest: ${some.join(', ')}${known.length > some.length ? ', …' : ''}.`,
  });
}
