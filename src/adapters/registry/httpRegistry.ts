import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Failure, workFailure } from '../../errors.ts';
import type { ImageStore, StoredManifest } from '../../ports/registry.ts';
import { digestOf } from '../../sha256.ts';
import { longestSilence } from '../longestSilence.ts';
import type { CredentialSource } from './dockerCredentials.ts';
import { httpExchange } from './exchange.ts';
import { namedBlobs } from './namedBlobs.ts';
import { readBlob } from './readBlob.ts';
import { type ClientRequest, type RegistryClient, registryClient } from './registryClient.ts';
import { damaged } from './registryFailure.ts';
import type { RegistryHost } from './registryHost.ts';
import { type Requests, requestsTo } from './registryRequests.ts';
import { defaultRetryPolicy, Passing, type RetryPolicy, retrying } from './retry.ts';
import { sendBlob } from './sendBlob.ts';
import { uploadSessions } from './uploadSessions.ts';

export interface HttpRegistryOptions {
  credentials: CredentialSource;
  /** Names the proxy, where there is one. */
  env?: NodeJS.ProcessEnv;
  retry?: RetryPolicy;
  /** Connections at once. */
  connections?: number;
  /** Milliseconds without a byte after which a request is given up and tried again; default: what `env` says. */
  idle?: number;
}

/** Bytes; the specification lets registries refuse more than 4 MiB. */
const MANIFEST_LIMIT = 4 * 1024 * 1024;

/** Most images have a config and one layer that are new. */
const UPLOADS_AHEAD = 2;

/** A registry that speaks the OCI distribution specification 1.1 (Docker's registry API v2 with it). */
export function httpRegistry(location: string, host: RegistryHost, options: HttpRegistryOptions): ImageStore {
  const { connections = 8, env = {}, idle = longestSilence(env) } = options;
  const exchange = httpExchange({ connections, idle, env });
  const client = registryClient(host, options.credentials, exchange);
  const policy = options.retry ?? defaultRetryPolicy;
  const again = <T>(work: () => Promise<T>) => retrying(policy, work);
  const requests = requestsTo(host);
  const sessions = uploadSessions(client, requests.startUpload);
  const named = namedBlobs();

  const getManifest = (repository: string, reference: string) =>
    again(async () => {
      const stored = await fetchManifest(client, requests.getManifest(repository, reference), reference);
      if (stored !== null) named.add(repository, stored);
      return stored;
    });

  return {
    location,
    checkAccess: (repository) => again(() => sessions.open(repository, UPLOADS_AHEAD)),
    preparePush(repository, like) {
      sessions.open(repository, UPLOADS_AHEAD).catch(() => {});
      if (like !== undefined) named.expect(repository, like, () => getManifest(repository, like));
    },
    getManifest,
    putManifest: (repository, reference, manifest) =>
      again(() => sendManifest(client, requests, repository, reference, manifest)),
    hasBlob: (repository, digest) =>
      again(
        async () =>
          (await client.sendAndRead(requests.headBlob(repository, digest))).answer.statusCode === 200,
      ),
    getBlob: async (repository, digest) =>
      Readable.from(readBlob(client, policy, requests.getBlob(repository, digest), digest), {
        objectMode: false,
      }),
    putBlob: (repository, blob) =>
      retrying(policy, (attempt) =>
        sendBlob({ client, requests, sessions, named }, repository, blob, attempt),
      ),
    listTags: (repository) => listAllTags(client, policy, requests.listTags(repository)),
  };
}

async function fetchManifest(
  client: RegistryClient,
  request: ClientRequest,
  reference: string,
): Promise<StoredManifest | null> {
  const { answer, body } = await client.sendAndRead(request);
  if (answer.statusCode === 404) return null;
  const digest = digestOf(body);
  const promised = reference.startsWith('sha256:') ? reference : answer.headers['docker-content-digest'];
  if (promised !== undefined && promised !== digest) throw new Passing(damaged(request));
  return { mediaType: mediaTypeOf(answer, body), digest, bytes: body };
}

function mediaTypeOf(answer: IncomingMessage, body: Buffer): string {
  const header = answer.headers['content-type']?.split(';')[0]?.trim();
  if (header !== undefined && header !== 'application/json') return header;
  return (JSON.parse(body.toString('utf8')) as { mediaType?: string }).mediaType ?? 'application/json';
}

async function sendManifest(
  client: RegistryClient,
  requests: Requests,
  repository: string,
  reference: string,
  manifest: { mediaType: string; bytes: Buffer },
): Promise<string> {
  const digest = digestOf(manifest.bytes);
  const request = requests.putManifest(repository, reference, manifest.mediaType, manifest.bytes);
  if (manifest.bytes.length > MANIFEST_LIMIT) throw tooLarge(request);
  try {
    const { answer } = await client.sendAndRead(request);
    const stored = answer.headers['docker-content-digest'] ?? digest;
    if (stored !== digest) throw new Passing(damaged(request));
  } catch (error) {
    // A tag that cannot be moved is as good as set where it already points to this image.
    if (!(error instanceof Failure) || error.reason !== 'image-tag-immutable') throw error;
    const there = await fetchManifest(client, requests.getManifest(repository, reference), reference);
    if (there?.digest !== digest) throw error;
  }
  return digest;
}

async function listAllTags(
  client: RegistryClient,
  policy: RetryPolicy,
  first: ClientRequest,
): Promise<string[]> {
  const tags: string[] = [];
  let request: ClientRequest | null = first;
  while (request !== null) {
    const current: ClientRequest = request;
    const { answer, body } = await retrying(policy, () => client.sendAndRead(current));
    if (answer.statusCode === 404) return tags;
    tags.push(...((JSON.parse(body.toString('utf8')) as { tags?: string[] | null }).tags ?? []));
    // Source: RFC 5988; `Link: </v2/name/tags/list?last=x&n=100>; rel="next"`.
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(answer.headers.link ?? ''))?.[1];
    request = next === undefined ? null : { ...current, url: new URL(next, current.url) };
  }
  return tags;
}

function tooLarge(request: ClientRequest): Failure {
  return workFailure({
    reason: 'image-manifest-too-large',
    message: `The manifest is larger than the 4 MiB that registries take: could not ${request.doing}.`,
  });
}
