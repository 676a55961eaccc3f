import { createHash } from 'node:crypto';
import type { ClientRequest, RegistryClient } from './registryClient.ts';
import { damaged } from './registryFailure.ts';
import { Passing, type RetryPolicy, retrying } from './retry.ts';

/** A blob's bytes. Goes on where a broken connection left off, and fails at the end when they are not the digest's. */
export async function* readBlob(
  client: RegistryClient,
  policy: RetryPolicy,
  request: ClientRequest,
  digest: string,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let received = 0;
  for (let failures = 0; ; ) {
    const before = received;
    try {
      for await (const chunk of readFrom(client, policy, request, received)) {
        received += chunk.length;
        hash.update(chunk);
        yield chunk;
      }
      break;
    } catch (error) {
      const broken = client.broken(request, error as Error);
      if (!(broken instanceof Passing)) throw broken;
      // What moves forward may go on for as long as it does.
      failures = received > before ? 1 : failures + 1;
      if (failures >= policy.attempts) throw broken.final;
    }
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw damaged(request);
}

/** One answer's bytes from `offset` on, whether or not the registry knows ranges. */
async function* readFrom(
  client: RegistryClient,
  policy: RetryPolicy,
  request: ClientRequest,
  offset: number,
): AsyncGenerator<Buffer> {
  const range = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const ranged = { ...request, headers: { ...request.headers, ...range } };
  const answer = await retrying(policy, () => client.send(ranged));
  let skip = answer.statusCode === 206 ? 0 : offset;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length > 0) yield fresh;
  }
  if (!answer.complete) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}
