import { workFailure } from '../../errors.ts';
import type { ClientRequest, RegistryClient } from './registryClient.ts';
import { Passing } from './retry.ts';

/**
 * Uploads that have been started and not used yet. Starting one is how a registry is asked for the right to push, and
 * a round trip before every upload; so what the question opened is taken by the first blobs. A registry forgets the
 * ones that nobody comes back to.
 */
export interface UploadSessions {
  /** Sees to it that `count` are open; rejects where this repository may not be pushed to. */
  open(repository: string, count: number): Promise<void>;
  /** The address to upload one blob to, where one is waiting or on its way. */
  takeWaiting(repository: string): Promise<URL> | null;
  /** The address of an upload started now. */
  start(repository: string): Promise<URL>;
  /** Gives back an address that was not used. */
  give(repository: string, url: URL): void;
}

export function uploadSessions(
  client: RegistryClient,
  startUpload: (repository: string) => ClientRequest,
): UploadSessions {
  const waiting = new Map<string, Promise<URL>[]>();
  const of = (repository: string) => {
    const addresses = waiting.get(repository) ?? [];
    waiting.set(repository, addresses);
    return addresses;
  };

  const send = async (request: ClientRequest): Promise<URL> => {
    const { answer } = await client.sendAndRead(request);
    return uploadAddress(answer.headers.location, request);
  };

  return {
    async open(repository, count) {
      const addresses = of(repository);
      while (addresses.length < count) addresses.push(send(startUpload(repository)));
      try {
        await Promise.all(addresses);
      } catch (error) {
        waiting.delete(repository);
        throw error;
      }
    },
    takeWaiting: (repository) => of(repository).shift() ?? null,
    start: (repository) => send(startUpload(repository)),
    give(repository, url) {
      of(repository).push(Promise.resolve(url));
    },
  };
}

/** Where an answer to a started upload says that the bytes go; it may be relative. */
export function uploadAddress(location: string | undefined, request: ClientRequest): URL {
  if (location !== undefined) return new URL(location, request.url);
  throw new Passing(
    workFailure({
      reason: 'registry-refused',
      message: `${request.url.host} started an upload and did not say where: could not ${request.doing} in ${request.repository}.`,
    }),
  );
}
