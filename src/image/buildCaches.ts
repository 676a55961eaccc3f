import type { ServiceIdentity } from '../changes/serviceChange.ts';
import type { Config } from '../config/settings.ts';
import { cacheTag, identityTagOf, imageTagOf, repositoryOf } from '../plan/imageReference.ts';
import type { BuildRequest } from '../ports/builder.ts';

/** On whose behalf images are pushed, which their tags tell. */
export type Pusher = 'release' | 'pull-request';

type Caches = Pick<BuildRequest, 'cacheFrom' | 'lastBuild' | 'cacheTo'>;

/** What a builder without a cache of its own may begin with, and where it leaves its own. */
export function buildCaches(change: ServiceIdentity, config: Config, pusher: Pusher): Caches {
  const repository = repositoryOf(change.service, config);
  const last = lastImages(change, repository);
  if (config.file.cache !== 'registry') return last;
  const ofReleases = `${repository}:${cacheTag}`;
  // A release does not begin with what a pull request left.
  const cacheTo = pusher === 'release' ? ofReleases : `${repository}:pull-request-${cacheTag}`;
  return { cacheTo, cacheFrom: [...new Set([cacheTo, ofReleases]), ...(last.cacheFrom ?? [])] };
}

/** The last release's image by identity, and by version, which registries keep longer. */
function lastImages({ lastRelease }: ServiceIdentity, repository: string): Caches {
  if (lastRelease === null) return {};
  const { identity, version } = lastRelease;
  const released = `${repository}:${imageTagOf(version)}`;
  if (identity === null) return { cacheFrom: [released] };
  const lastBuild = `${repository}:${identityTagOf(identity)}`;
  return { cacheFrom: [lastBuild, released], lastBuild };
}
