import { workFailure } from '../../errors.ts';
import type { BuildRequest } from '../../ports/builder.ts';
import type { Engine, EngineAccess, EngineBuild } from '../../ports/engine.ts';
import type { Report } from '../../report/event.ts';
import { buildFailure } from '../buildkit/buildFailure.ts';
import { BuildProgress } from '../buildkit/buildProgress.ts';
import { maskSecrets } from '../buildkit/maskSecrets.ts';
import { sourceDate } from '../buildkit/sourceDate.ts';
import { checkHostBase } from '../checkHostBase.ts';
import { parsePlatform } from '../imageFormat.ts';

/** What is built, wherever it goes. */
export type EngineBuildRequest = Omit<BuildRequest, 'target'>;

interface Options {
  platform: string | null;
  /** The name that the image gets in the engine. */
  reference: string;
  /** The image goes where engines without a cache of their own find it. Default false. */
  isShared?: boolean;
  signal: AbortSignal;
  report: Report;
}

/** Builds one image into the engine, names it there once it is whole, and gives its id. */
export async function buildOnEngine(
  access: EngineAccess,
  request: EngineBuildRequest,
  options: Options,
): Promise<string> {
  const { engine } = access;
  const { contents } = request;
  if (contents.base === 'host') {
    const platforms = options.platform === null ? [] : contents.platforms;
    for (const platform of platforms) checkHostBase(parsePlatform(platform), contents.service.name);
    await access.importHostBase();
  }
  const progress = new BuildProgress(contents.service.name, options.report, maskSecrets(request.secrets));
  const context = request.contextTar();
  let contextError: Error | undefined;
  context.on('error', (error) => {
    contextError = error;
  });
  let id: string | null = null;
  try {
    for await (const message of engine.build(await engineBuild(access, request, context, options))) {
      if (message.kind === 'status') progress.add(message);
      else if (message.kind === 'image') id = message.id;
      else if (message.kind === 'error') throw buildFailure(contents, progress, message.message);
    }
  } catch (error) {
    if (contextError) throw contextError;
    options.signal.throwIfAborted();
    throw asFailure(engine, contents.service.name, error);
  }
  if (id === null) throw engineGone(engine, contents.service.name);
  const named = await engine.inspect(options.reference);
  if (named?.id !== id) await engine.tag(id, options.reference);
  return id;
}

async function engineBuild(
  access: EngineAccess,
  request: EngineBuildRequest,
  context: EngineBuild['context'],
  { reference, isShared = false, platform, signal }: Options,
): Promise<EngineBuild> {
  const { contents, secrets, cacheFrom = [], refreshBase = false } = request;
  const hasOwn = await hasOwnCache(access.engine, request);
  return {
    context,
    dockerfile: contents.dockerfile.path,
    references: [reference],
    buildArguments: {
      ...sourceDate,
      ...contents.buildArguments,
      // Writing it takes the engine as long as a cached build.
      ...(isShared && !hasOwn ? { BUILDKIT_INLINE_CACHE: '1' } : {}),
    },
    platform,
    cacheFrom: hasOwn ? [] : cacheFrom,
    // A base of this machine's own Node is in no registry.
    pull: refreshBase && contents.base !== 'host',
    secrets: new Map(secrets.map(({ id, value }) => [id, value])),
    credentialsFor: (host) => access.credentialsFor(host),
    signal,
  };
}

/**
 * An engine that made the last release keeps a cache of its own, better than any it could fetch; so do not those of CI
 * runners that begin with nothing.
 */
async function hasOwnCache(engine: Engine, { lastBuild }: EngineBuildRequest): Promise<boolean> {
  return lastBuild !== undefined && (await engine.inspect(lastBuild)) !== null;
}

/** The engine refuses some builds before they begin (a bad name, say), and may vanish in the middle of one. */
function asFailure(engine: Engine, service: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'Failure') return error;
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === undefined) return engineGone(engine, service, error);
  const message = error.message.replace(/^\(HTTP code \d+\) \S+ - /, '').trim();
  return workFailure({
    reason: 'build-refused',
    message: `${service}: the engine refused to build: ${message}.`,
  });
}

function engineGone(engine: Engine, service: string, cause?: Error) {
  const why = cause ? ` (${cause.message})` : '';
  return workFailure({
    reason: 'engine-gone',
    message: `${service}: the engine at ${engine.address} went away in the middle of the build${why}.`,
    hint: 'See that it runs (`docker info`), then run again: steps that were finished are cached.',
    cause,
  });
}
