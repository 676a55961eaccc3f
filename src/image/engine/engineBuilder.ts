import { workFailure } from '../../errors.ts';
import type { Builder, BuildRequest, BuiltImage } from '../../ports/builder.ts';
import type { EngineAccess } from '../../ports/engine.ts';
import type { Report } from '../../report/event.ts';
import { pushedByAnother } from '../buildkit/pushedByAnother.ts';
import { engineRepository, isLayout } from '../engineRepository.ts';
import { splitHost } from '../parseReference.ts';
import { buildOnEngine } from './buildOnEngine.ts';
import { joinPlatforms, platformTag } from './joinPlatforms.ts';
import { pushImage } from './pushImage.ts';
import { storeEngineImage } from './storeEngineImage.ts';

interface Work {
  access: EngineAccess;
  signal: AbortSignal;
  report: Report;
}

/** Builds with BuildKit inside a Docker Engine and has the engine push the image. */
export function engineBuilder(open: () => Promise<EngineAccess>): Builder {
  let opened: Promise<EngineAccess> | undefined;
  const connect = async () => {
    const access = await open();
    await access.engine.describe();
    return access;
  };
  const access = () => {
    opened ??= connect();
    return opened;
  };
  return {
    name: 'engine',
    check: async () => void (await access()),
    build: async (request, { signal, report }) => build(request, { access: await access(), signal, report }),
    close: async () => {},
  };
}

async function build(request: BuildRequest, work: Work): Promise<BuiltImage> {
  const { platforms } = request.contents;
  if (platforms.length < 2) {
    return buildPlatform(request, work, platforms[0] ?? null, request.target.imageTag);
  }
  const images = [];
  for (const platform of platforms) {
    const imageTag = platformTag(request.target.imageTag, platform);
    const { lastBuild } = request;
    const own = lastBuild === undefined ? {} : { lastBuild: platformTag(lastBuild, platform) };
    images.push({ platform, ...(await buildPlatform({ ...request, ...own }, work, platform, imageTag)) });
  }
  return joinPlatforms(images, request.target);
}

async function buildPlatform(
  request: BuildRequest,
  { access, signal, report }: Work,
  platform: string | null,
  imageTag: string,
): Promise<BuiltImage> {
  const { engine } = access;
  const { store, repository } = request.target;
  const reference = `${engineRepository(store, repository)}:${imageTag}`;
  const service = request.contents.service.name;
  const isShared = !isLayout(store);
  await buildOnEngine(access, request, { platform, reference, isShared, signal, report });
  if (isLayout(store)) {
    const stored = await storeEngineImage(await engine.exportImage(reference), {
      store,
      repository,
      imageTag,
    });
    // The name under which it was exported means nothing to anyone.
    await engine.removeReference(reference);
    return stored;
  }
  const credentials = await access.credentialsFor(splitHost(reference).host);
  const digest = await pushImage(engine, reference, { service, credentials, signal }).catch(
    async (error: unknown) => (await pushedByAnother(request, imageTag, error)).digest,
  );
  const pushed = await store.getManifest(repository, digest);
  if (!pushed) throw pushLost(service, reference, digest);
  return { digest, mediaType: pushed.mediaType };
}

function pushLost(service: string, reference: string, digest: string) {
  return workFailure({
    reason: 'push-lost',
    message: `${service}: the engine pushed ${reference}, but the registry does not have ${digest}.`,
    hint: 'Where the registry is mirrored, the engine and shipyarn may be asking different ones; run again.',
  });
}
