import { join } from 'node:path';
import { withTemporaryFolder } from '../../cleanup/temporaryFolder.ts';
import { inputFailure, workFailure } from '../../errors.ts';
import type { Builder, BuildRequest, BuiltImage } from '../../ports/builder.ts';
import type { BakeResult, Buildx } from '../../ports/buildx.ts';
import type { ImageStore } from '../../ports/registry.ts';
import type { Report } from '../../report/event.ts';
import { buildFailure } from '../buildkit/buildFailure.ts';
import { BuildProgress } from '../buildkit/buildProgress.ts';
import { maskSecrets } from '../buildkit/maskSecrets.ts';
import { pushedByAnother } from '../buildkit/pushedByAnother.ts';
import { pushRefusal } from '../buildkit/pushRefusal.ts';
import { copyImage } from '../copyImage.ts';
import { engineRepository, isLayout } from '../engineRepository.ts';
import { splitHost } from '../parseReference.ts';
import { bakeFile, targetName } from './bakeFile.ts';
import { extractContext } from './extractContext.ts';
import { rankBuilders } from './rankBuilders.ts';

export interface BuildxBuilderParts {
  buildx: Buildx;
  /** Names of buildx builders to spread services over; empty: the current one. */
  builders: readonly string[];
  /** True where a registry is spoken to over plain HTTP. */
  isPlain(host: string): boolean;
  openLayout(folder: string): ImageStore;
}

/** Builders that could not be reached in this run: each costs a long wait. */
type Unreachable = Map<string | null, string>;

interface Options {
  signal: AbortSignal;
  report: Report;
  unreachable: Unreachable;
}

/** Hands each service's context to a buildx builder, which pushes the image itself. */
export function buildxBuilder(parts: BuildxBuilderParts): Builder {
  const unreachable: Unreachable = new Map();
  return {
    name: 'buildx',
    check: () => parts.buildx.check(),
    async build(request, options) {
      if (request.contents.base === 'host') throw hostBaseElsewhere(request);
      return withTemporaryFolder('buildx', async (folder) => {
        return await buildIn(folder, request, parts, { ...options, unreachable });
      });
    },
    close: async () => {},
  };
}

async function buildIn(
  folder: string,
  request: BuildRequest,
  parts: BuildxBuilderParts,
  options: Options,
): Promise<BuiltImage> {
  const { store, repository, imageTag } = request.target;
  const target = targetName(request.contents.service.name);
  const context = join(folder, 'context', target);
  await extractContext(request.contextTar(), context);
  const reference = `${engineRepository(store, repository)}:${imageTag}`;
  const output = isLayout(store)
    ? `type=oci,tar=false,dest=${join(folder, 'image')}`
    : pushOutput(reference, parts);
  const secrets = request.secrets.map(({ id }, index) => `id=${id},env=${secretVariable(index)}`);
  const image = { ...request, context, references: [reference], output, secrets };
  const file = JSON.stringify(bakeFile([image]));
  const built = await bakeSomewhere({ file, folder, target }, reference, request, parts, options);
  if (isLayout(store)) {
    const from = { store: parts.openLayout(folder), repository: 'image' };
    await copyImage(from, built.digest, { store, repository }, imageTag);
  }
  const stored = await store.getManifest(repository, built.digest);
  if (stored !== null) return { digest: built.digest, mediaType: stored.mediaType };
  throw workFailure({
    reason: 'push-lost',
    message: `${request.contents.service.name}: the builder pushed ${reference}, but the registry does not have ${built.digest}.`,
    hint: 'See that the builder and shipyarn reach the same registry, then run again.',
  });
}

function pushOutput(reference: string, { isPlain }: BuildxBuilderParts): string {
  const plain = isPlain(splitHost(reference).host) ? ',registry.insecure=true' : '';
  return `type=image,push=true${plain}`;
}

function secretVariable(index: number): string {
  return `SHIPYARN_SECRET_${index}`;
}

/** On the service's favourite builder, or the next one where that cannot be reached. */
async function bakeSomewhere(
  bake: { file: string; folder: string; target: string },
  reference: string,
  request: BuildRequest,
  { buildx, builders }: BuildxBuilderParts,
  { signal, report, unreachable }: Options,
): Promise<Extract<BakeResult, { ok: true }>> {
  const { contents, secrets } = request;
  const service = contents.service.name;
  const mask = maskSecrets(secrets);
  const values = secrets.map(({ value }, index) => [secretVariable(index), value.toString('utf8')]);
  const secretVariables = Object.fromEntries(values);
  for (const builder of builders.length > 0 ? rankBuilders(service, builders) : [null]) {
    if (unreachable.has(builder)) continue;
    const progress = new BuildProgress(service, report, mask);
    const onStatus = progress.add.bind(progress);
    const result = await buildx.bake({ ...bake, builder, secretVariables, onStatus, signal });
    if (result.ok) return result;
    signal.throwIfAborted();
    const said = mask(result.said);
    const message = errorLine(said);
    if (/failed to push/.test(message) || isPush(progress)) {
      const { failure } = pushRefusal(service, reference, message);
      return { ok: true, ...(await pushedByAnother(request, request.target.imageTag, failure)) };
    }
    if (result.unreachable !== true && (hasBegun(progress) || !isConnectionError(message))) {
      throw buildFailure(contents, progress, message);
    }
    unreachable.set(builder, message);
    const name = builder === null ? 'The current builder' : `The builder ${builder}`;
    report({ kind: 'warning', service, message: `${name} cannot be reached: ${message}` });
  }
  throw workFailure({
    reason: 'no-builder-reached',
    message: `${service}: no buildx builder could be reached.`,
    hint: '`docker buildx ls` shows what each of them says; name others in `builders`.',
    output: [...unreachable].map(([name, said]) => `${name ?? 'current'}: ${said}`).join('\n'),
  });
}

function errorLine(said: string): string {
  const line = said
    .split('\n')
    .reverse()
    .find((text) => text.startsWith('ERROR: '));
  return line?.slice('ERROR: '.length) ?? said;
}

/** A step of the build itself failed, not the way to the builder. */
function hasBegun(progress: BuildProgress): boolean {
  const failed = progress.failed();
  return failed !== null && !/^\[internal\] (?:waiting for connection|booting)/.test(failed.vertex.name);
}

/** The `docker` driver pushes in a step of its own; other drivers say `failed to push`. */
function isPush(progress: BuildProgress): boolean {
  return /^pushing \S+ with docker$/.test(progress.failed()?.vertex.name ?? '');
}

/** Before or in the middle of a build. Source: grpc-go's status texts; docker/buildx `builder` and `driver`. */
function isConnectionError(message: string): boolean {
  if (message.startsWith('failed to solve')) return /code = Unavailable|closing transport/.test(message);
  return /deadline exceeded|no builder ".*" found|failed to receive status|code = Unavailable|connection (?:refused|reset)|no such host|failed to (?:dial|find driver|list workers)|\bEOF\b|unreachable|timed? ?out/i.test(
    message,
  );
}

function hostBaseElsewhere({ contents }: BuildRequest) {
  return inputFailure({
    reason: 'buildx-host-base',
    message: `${contents.service.name}: \`base: host\` is made of this machine's Node, and buildx builders may be elsewhere.`,
    hint: 'Name a base image, for example `base: node:20-slim`, or use `builder: engine` or `builder: oci`.',
  });
}
