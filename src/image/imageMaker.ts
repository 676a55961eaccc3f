import { builderName } from '../config/serviceSettings.ts';
import type { Config } from '../config/settings.ts';
import { once } from '../once.ts';
import { identityTagOf, pullRequestTagOf } from '../plan/imageReference.ts';
import type { Builder, BuildRequest, BuiltImage } from '../ports/builder.ts';
import type { Ports } from '../ports/ports.ts';
import type { ImageStore } from '../ports/registry.ts';
import type { Report } from '../report/event.ts';
import { beginBuild } from './beginBuild.ts';
import { buildCaches, type Pusher } from './buildCaches.ts';
import { buildImages } from './buildImages.ts';
import { buildRequest } from './buildRequest.ts';
import { isLayout } from './engineRepository.ts';
import type { ImageJob, ImageSources, ImagesOptions } from './imagesByIdentity.ts';
import { preparePush } from './preparePush.ts';

/** Makes the images that a store turns out to lack. */
export interface ImageMaker {
  /** Builds these and puts what was built into `digests` by service, even where something else fails. */
  build(jobs: readonly ImageJob[], digests: Map<string, string>): Promise<void>;
  /** Gives up what was begun for these services and is not built; resolves once nothing of it goes on. */
  end(services: Iterable<string>): Promise<void>;
}

/** Images of a run that are begun before the registry has said which it has; with more of them it is busy anyway. */
const FEW_IMAGES = 4;

/** Whether a run with so many images does part of its pushes before the registry has answered. */
export function beginsEarly(config: Config, images: number): boolean {
  return builderName(config) === 'oci' && images <= FEW_IMAGES;
}

/** Opens the builder when something is to be built; `oci` begins with few images while the registry is asked. */
export function imageMaker(
  ports: Ports,
  sources: ImageSources,
  store: ImageStore,
  jobs: readonly ImageJob[],
  { pusher, signal, keepGoing, rebuild }: ImagesOptions,
): ImageMaker {
  const { config } = sources;
  const name = builderName(config);
  const builder = once(async () => {
    const opened = await ports.openBuilder(name, config);
    await opened.check();
    return opened;
  });
  const requests = new Map<ImageJob, Promise<BuildRequest>>();
  const requestOf = (job: ImageJob, report: Report) => {
    const request = requests.get(job) ?? toRequest(job, report);
    requests.set(job, request);
    return request;
  };
  const toRequest = async ({ change, repository }: ImageJob, report: Report): Promise<BuildRequest> => ({
    ...(await buildRequest({ ...ports, report }, sources, change)),
    target: { store, repository, imageTag: ownTag(pusher)(change.identity()) },
    ...(isLayout(store) ? {} : buildCaches(change, config, pusher)),
    refreshBase: rebuild === true,
  });
  const begin = (job: ImageJob) =>
    beginBuild({ signal, report: ports.report }, async (options) => {
      const [opened, request] = await Promise.all([builder(), requestOf(job, options.report)]);
      return opened.build(request, options);
    });
  const early = beginsEarly(config, jobs.length) && !isLayout(store) && rebuild !== true ? jobs : [];
  for (const { change, repository } of early) preparePush(store, repository, change.lastRelease);
  const begun = new Map(early.map((job) => [job.change.service.name, begin(job)]));

  return {
    async build(missing, digests) {
      const { report } = ports;
      // A release has asked already; `oci` asks while it builds. Builds of minutes are not begun for a push that is refused.
      const asks = pusher === 'pull-request' && name !== 'oci' ? missing : [];
      const [opened, wanted] = await Promise.all([
        builder(),
        Promise.all(missing.map((job) => requestOf(job, report))),
        ...asks.map(({ repository }) => store.checkAccess(repository)),
      ]);
      const going: Builder = {
        ...opened,
        build: (request, options) =>
          begun.get(request.contents.service.name)?.want() ?? opened.build(request, options),
      };
      const keep = (service: string, { digest }: BuiltImage) => void digests.set(service, digest);
      const { parallel } = config.file;
      await buildImages(going, wanted, { signal, report, keepGoing, parallel, onBuilt: keep });
    },
    async end(services) {
      await Promise.all([...services].map((service) => begun.get(service)?.end()));
    },
  };
}

/** The tag under which such a run pushes. */
function ownTag(pusher: Pusher): (identity: string) => string {
  return pusher === 'release' ? identityTagOf : pullRequestTagOf;
}
