import { Failure } from '../../errors.ts';
import type { NamedBlobs } from './namedBlobs.ts';
import type { RegistryClient } from './registryClient.ts';
import type { Blob, Requests } from './registryRequests.ts';
import { Passing } from './retry.ts';
import { type UploadSessions, uploadAddress } from './uploadSessions.ts';

/** Bytes; where an upload is open already, sending this much costs less than asking whether it is there. */
const TINY_BLOB = 256 * 1024;

/** Bytes; for what is smaller, the upload is started while the registry is still asked whether it has the blob. */
const SMALL_BLOB = 1024 * 1024;

export interface Uploading {
  client: RegistryClient;
  requests: Requests;
  sessions: UploadSessions;
  named: NamedBlobs;
}

/** One attempt to have a blob in a repository, by the cheapest way: there already, mounted, uploaded. */
export async function sendBlob(
  uploading: Uploading,
  repository: string,
  blob: Blob,
  attempt: number,
): Promise<'present' | 'mounted' | 'uploaded'> {
  const { client, requests, sessions, named } = uploading;
  const isPresent = async () => {
    const { answer } = await client.sendAndRead(requests.headBlob(repository, blob.digest));
    return answer.statusCode === 200;
  };
  const elsewhere = blob.mountFrom !== undefined && blob.mountFrom !== repository ? blob.mountFrom : null;
  // An upload that has been waiting may be forgotten by now: a second attempt starts one of its own.
  const waiting = () => (attempt === 1 ? sessions.takeWaiting(repository) : null);
  if (elsewhere === null && blob.size <= SMALL_BLOB && !(await named.has(repository, blob.digest))) {
    const opened = waiting();
    if (opened !== null && blob.size <= TINY_BLOB) return upload(uploading, repository, blob, await opened);
    // Both questions in one round trip; the answer to the second keeps.
    const [present, url] = await Promise.all([isPresent(), opened ?? sessions.start(repository)]);
    if (!present) return upload(uploading, repository, blob, url);
    sessions.give(repository, url);
    return 'present';
  }
  if (await isPresent()) return 'present';
  if (elsewhere === null) {
    return upload(uploading, repository, blob, await (waiting() ?? sessions.start(repository)));
  }
  const mount = requests.startUpload(repository, { digest: blob.digest, from: elsewhere });
  const { answer } = await client.sendAndRead(mount);
  if (answer.statusCode === 201) return 'mounted';
  return upload(uploading, repository, blob, uploadAddress(answer.headers.location, mount));
}

async function upload(
  { client, requests }: Uploading,
  repository: string,
  blob: Blob,
  url: URL,
): Promise<'uploaded'> {
  url.searchParams.set('digest', blob.digest);
  try {
    await client.sendAndRead(requests.putBlob(repository, url, blob));
    return 'uploaded';
  } catch (error) {
    // The bytes came from another registry and were damaged on the way: they are read again.
    throw error instanceof Failure && error.reason === 'registry-damaged' ? new Passing(error) : error;
  }
}
