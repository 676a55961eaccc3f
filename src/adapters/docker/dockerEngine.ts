import { PassThrough, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { Failure, inputFailure, workFailure } from '../../errors.ts';
import type {
  Engine,
  EngineBuild,
  EngineCredentials,
  EngineImage,
  EngineMessage,
} from '../../ports/engine.ts';
import type { EngineAddress } from './engineAddress.ts';
import { engineMessages } from './engineMessages.ts';
import { pushWatch } from './pushWatch.ts';
import { type SignOfLife, signOfLife } from './signOfLife.ts';

/** The Engine port over dockerode. `silence`: milliseconds after which an engine that does not answer is given up. */
export function dockerEngine(docker: Docker, address: EngineAddress, silence: number): Engine {
  const life = signOfLife(docker, address.host, silence);
  const watched = pushWatch(silence, () => life.within(docker.ping()));
  const ask = <T>(question: Promise<T>) => life.within(question).catch((error) => gone(address, error));
  const work = <T>(task: Promise<T>) => life.during(task).catch((error) => gone(address, error));
  return {
    address: address.host,
    describe: () => describe(docker, address, life),
    build: (build) =>
      life.while((dead) =>
        buildImage(docker, { ...build, signal: AbortSignal.any([build.signal, dead]) }, life),
      ),
    async *push(reference, { credentials, signal }) {
      try {
        yield* watched(({ silent, heard }) =>
          life.while((dead) => {
            const ended = AbortSignal.any([signal, dead, silent]);
            return pushImage(docker, reference, { credentials, signal: ended, heard });
          }),
        );
      } catch (error) {
        signal.throwIfAborted();
        gone(address, error);
      }
    },
    tag: async (image, reference) => {
      const { name, tag } = splitReference(reference);
      await ask(docker.getImage(image).tag({ repo: name, tag }));
    },
    inspect: (reference) => ask(inspect(docker, reference)),
    history: async (reference) => {
      const lines: { CreatedBy: string; Size: number }[] = await ask(docker.getImage(reference).history());
      return lines.map((line) => ({ createdBy: line.CreatedBy, size: line.Size }));
    },
    removeReference: async (reference) => {
      await ask(docker.getImage(reference).remove());
    },
    exportImage: async (reference) => {
      const archive = (await work(docker.getImage(reference).get())) as Readable;
      return Readable.from(
        life.while((dead) => readWhile(archive, dead)),
        { objectMode: false },
      );
    },
    load: (archive) => work(load(docker, archive)),
    importRootfs: (rootfs, reference, changes) => work(importRootfs(docker, rootfs, reference, changes)),
  };
}

/** A connection that breaks is the engine's end; what it answers stands for itself. */
function gone({ host }: EngineAddress, error: unknown): never {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode !== undefined || code === undefined) throw error;
  throw workFailure({
    reason: 'engine-gone',
    message: `The Docker Engine at ${host} went away (${(error as Error).message}).`,
    hint: 'See that it runs (`docker info`), then run again: what was built is kept.',
    cause: error,
  });
}

async function* readWhile(stream: Readable, dead: AbortSignal): AsyncGenerator<Buffer> {
  dead.addEventListener('abort', () => stream.destroy(dead.reason), { once: true });
  yield* stream;
}

async function load(docker: Docker, archive: Readable): Promise<void> {
  const answer = (await docker.loadImage(archive, { quiet: true })) as Readable;
  await untilDone(answer);
}

async function describe(docker: Docker, address: EngineAddress, life: SignOfLife) {
  try {
    const { Version, Os, Arch } = await life.within(docker.version());
    return { version: Version, os: Os, architecture: Arch };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw noEngine(address, cause);
  }
}

function noEngine(address: EngineAddress, cause: unknown) {
  const said = address.saidBy ? ` (${address.saidBy} says so)` : '';
  return inputFailure({
    reason: 'no-engine',
    message: `No Docker Engine answers at ${address.host}${said}: ${(cause as Error).message.trim()}.`,
    hint: 'Start Docker, or set `builder: oci` (needs no engine) or `builder: buildx` (builds elsewhere) in shipyarn.yaml.',
    cause,
  });
}

/**
 * BuildKit inside the engine (`version=2`), the context as the request's body. There is always a session: BuildKit
 * asks it even where a registry gives anonymous tokens.
 */
async function* buildImage(
  docker: Docker,
  build: EngineBuild,
  life: SignOfLife,
): AsyncGenerator<EngineMessage> {
  const contextFailed = new Promise<never>((_, reject) => build.context.once('error', reject));
  contextFailed.catch(() => {});
  // Ends whatever is left open: an answer that nobody reads on, an upload whose context broke.
  const ended = new AbortController();
  const { openBuildSession } = await import('./buildSession.ts');
  const session = await life.within(openBuildSession(docker, build));
  try {
    const answer = dial(docker, {
      path: '/build?',
      method: 'POST',
      file: build.context,
      options: buildQuery(build, session.id),
      abortSignal: AbortSignal.any([build.signal, ended.signal]),
      isStream: true,
      statusCodes: { 200: true },
    });
    answer.catch(() => {});
    yield* engineMessages(await Promise.race([answer, contextFailed]));
  } finally {
    ended.abort();
    build.context.destroy();
    session.close();
  }
}

function buildQuery(build: EngineBuild, session: string): object {
  return {
    version: '2',
    t: build.references,
    dockerfile: build.dockerfile,
    buildargs: build.buildArguments,
    ...(build.pull ? { pull: '1' } : {}),
    ...(build.platform ? { platform: build.platform } : {}),
    ...(build.cacheFrom.length > 0 ? { cachefrom: JSON.stringify(build.cacheFrom) } : {}),
    session,
  };
}

async function* pushImage(
  docker: Docker,
  reference: string,
  { credentials, signal, heard }: Parameters<Engine['push']>[1] & { heard: () => void },
): AsyncGenerator<EngineMessage> {
  const { name, tag } = splitReference(reference);
  const answer = await dial(docker, {
    path: `/images/${name}/push?`,
    method: 'POST',
    options: { tag },
    // The header must be there even for an anonymous push, and be JSON in base64.
    authconfig: authConfig(credentials),
    abortSignal: signal,
    isStream: true,
    statusCodes: { 200: true },
  });
  yield* engineMessages(answer, heard);
}

function authConfig(credentials: EngineCredentials | null): object {
  if (!credentials) return { username: '', password: '' };
  return 'identityToken' in credentials ? { identitytoken: credentials.identityToken } : credentials;
}

function splitReference(reference: string): { name: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** docker-modem's own request: `buildImage` would open a session that gives one password to every host. */
function dial(docker: Docker, request: object): Promise<Readable> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(request as never, (error, answer) =>
      error ? reject(error) : resolve(answer as Readable),
    );
  });
}

async function inspect(docker: Docker, reference: string): Promise<EngineImage | null> {
  try {
    const image = await docker.getImage(reference).inspect();
    return {
      id: image.Id,
      os: image.Os,
      architecture: image.Architecture,
      layers: image.RootFS.Layers ?? [],
      labels: image.Config?.Labels ?? {},
      exposedPorts: Object.keys(image.Config?.ExposedPorts ?? {}),
    };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

async function importRootfs(
  docker: Docker,
  rootfs: Readable,
  reference: string,
  changes: readonly string[],
): Promise<void> {
  const { name, tag } = splitReference(reference);
  const answer = await dial(docker, {
    path: '/images/create?',
    method: 'POST',
    file: rootfs.pipe(new PassThrough()),
    options: { fromSrc: '-', repo: name, tag, changes },
    isStream: true,
    statusCodes: { 200: true },
  });
  await untilDone(answer);
}

async function untilDone(answer: Readable): Promise<void> {
  for await (const message of engineMessages(answer)) {
    if (message.kind === 'error') throw new Error(message.message);
  }
}
