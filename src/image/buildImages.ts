import { availableParallelism } from 'node:os';
import { Failure, workFailure } from '../errors.ts';
import type { Builder, BuildRequest, BuiltImage } from '../ports/builder.ts';
import type { Report } from '../report/event.ts';

export interface BuildImagesOptions {
  signal: AbortSignal;
  report: Report;
  /** Builds at a time; default: the number of cores. */
  parallel?: number | undefined;
  /** Begin further builds after one failed. Those that run are finished in any case. */
  keepGoing?: boolean | undefined;
  /** Told as soon as an image is whole. */
  onBuilt?: (service: string, image: BuiltImage) => void;
}

/** Builds several images into their stores and gives them by service; limits and failures as in {@link buildEach}. */
export function buildImages(
  builder: Builder,
  requests: readonly BuildRequest[],
  options: BuildImagesOptions,
): Promise<ReadonlyMap<string, BuiltImage>> {
  const { signal, report, onBuilt } = options;
  const build = async (request: BuildRequest) => {
    const image = await builder.build(request, { signal, report });
    onBuilt?.(request.contents.service.name, image);
    const detail = `${request.target.repository}@${image.digest.slice(0, 19)}`;
    report({ kind: 'effect', effect: 'image-built', detail, service: request.contents.service.name });
    return image;
  };
  return buildEach(requests, build, options);
}

/**
 * Builds a few at a time, in the order given. Gives the results by service. Where one or more fail it rejects only
 * after what was running has ended, so that the others are whole and the next run finds them.
 */
export async function buildEach<R extends Pick<BuildRequest, 'contents'>, T>(
  requests: readonly R[],
  build: (request: R) => Promise<T>,
  {
    signal,
    parallel = availableParallelism(),
    keepGoing = false,
  }: Omit<BuildImagesOptions, 'report' | 'onBuilt'>,
): Promise<ReadonlyMap<string, T>> {
  const built = new Map<string, T>();
  const failures = new Map<string, unknown>();
  const waiting = [...requests];

  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal.aborted || (failures.size > 0 && !keepGoing)) return;
      const service = next.contents.service.name;
      try {
        built.set(service, await build(next));
      } catch (error) {
        failures.set(service, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, requests.length) }, worker));

  if (signal.aborted) throw interrupted(built.size, requests.length);
  if (failures.size > 0) throw failureOf(failures, built.size, requests.length);
  return built;
}

function interrupted(built: number, total: number): Failure {
  return workFailure({
    reason: 'interrupted',
    message: `Interrupted with ${built} of ${total} images built.`,
    hint: 'Run again: finished images are found, finished steps are cached.',
  });
}

/** One failure as it is; several as one that lists them. What is no {@link Failure} is a bug and comes first. */
function failureOf(failures: ReadonlyMap<string, unknown>, built: number, total: number): unknown {
  const errors = [...failures.values()];
  const bug = errors.find((error) => !(error instanceof Failure));
  if (bug !== undefined || errors.length === 1) return bug ?? errors[0];
  return workFailure({
    reason: 'builds-failed',
    message: `${failures.size} of ${total} images could not be built: ${[...failures.keys()].join(', ')}.`,
    hint: `Mend them and run again${built > 0 ? `; the other ${built} are kept` : ''}.`,
    output: (errors as Failure[]).map(asText).join('\n\n'),
    cause: errors[0],
  });
}

function asText({ message, at, output, hint }: Failure): string {
  const place = at === undefined ? '' : `${at.file}${at.line === undefined ? '' : `:${at.line}`}: `;
  const lines = (output?.trimEnd().split('\n') ?? []).map((line) => `  ${line}`);
  return [`${place}${message}`, ...lines, ...(hint === undefined ? [] : [`→ ${hint}`])].join('\n');
}
