import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/sha256.ts';
import { makeImage } from './imageTools.ts';
import { errorAnswer, startScripted, storeAt } from './scriptedRegistry.ts';

const image = makeImage([Buffer.from('layer')], 'an image');

describe('answers that trying again does not change', () => {
  const cases = [
    [401, 'UNAUTHORIZED', 'authentication required', 'registry-unauthorized', 1],
    [403, 'DENIED', 'requested access to the resource is denied', 'registry-forbidden', 1],
    [404, 'NAME_UNKNOWN', 'The repository with name api does not exist', 'repository-missing', 1],
    [400, 'NAME_INVALID', 'invalid repository name', 'repository-name-invalid', 1],
    [
      400,
      'TAG_INVALID',
      "The image tag '1.0.0' already exists and cannot be overwritten because the repository is immutable.",
      'image-tag-immutable',
      2,
    ],
    [
      412,
      'PRECONDITION',
      'Failed to process request due to 1.0.0 configured as immutable.',
      'image-tag-immutable',
      2,
    ],
    [400, 'MANIFEST_INVALID', 'manifest invalid', 'image-manifest-refused', 4],
  ] as const;

  test.each(cases)('%i %s', async (status, code, message, reason, requests) => {
    const registry = await startScripted((request, response) => {
      if (request.method === 'GET') errorAnswer(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
      else errorAnswer(response, status, code, message);
    });
    const pushed = storeAt(registry.host).putManifest('team/api', '1.0.0', image.manifest);
    await expect(pushed).rejects.toMatchObject({ name: 'Failure', exitCode: 1, reason });
    expect(registry.seen).toHaveLength(requests);
  });
});

describe('answers that may pass', () => {
  test.each([429, 500, 502, 503])('%i is tried again and then succeeds', async (status) => {
    const registry = await startScripted((_request, response, nth) => {
      response.writeHead(nth < 3 ? status : 201, { 'retry-after': '0' });
      response.end();
    });
    expect(await storeAt(registry.host).putManifest('team/api', '1.0.0', image.manifest)).toBe(image.digest);
    expect(registry.seen).toHaveLength(3);
  });

  test('500 without end is one error that names the registry', async () => {
    const registry = await startScripted((_request, response) =>
      errorAnswer(response, 500, 'UNKNOWN', 'disk full'),
    );
    const pushed = storeAt(registry.host).putManifest('team/api', '1.0.0', image.manifest);
    await expect(pushed).rejects.toMatchObject({ reason: 'registry-unavailable' });
    await expect(pushed).rejects.toThrow(/disk full/);
    expect(registry.seen).toHaveLength(4);
  });

  test('a registry that says nothing is given up after a while', async () => {
    const registry = await startScripted(() => {});
    const asked = storeAt(registry.host).getManifest('team/api', '1.0.0');
    await expect(asked).rejects.toMatchObject({ reason: 'registry-unreachable' });
    await expect(asked).rejects.toThrow(/ETIMEDOUT/);
  });

  test('a registry that is down', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const asked = storeAt(`127.0.0.1:${port}`).checkAccess('team/api');
    await expect(asked).rejects.toMatchObject({ reason: 'registry-unreachable' });
    await expect(asked).rejects.toThrow(/ECONNREFUSED/);
  });
});

test('an immutable tag that already points to the image is as good as set', async () => {
  const registry = await startScripted((request, response) => {
    if (request.method === 'PUT') return errorAnswer(response, 400, 'TAG_INVALID', 'tag is immutable');
    response.writeHead(200, { 'content-type': image.manifest.mediaType });
    response.end(image.manifest.bytes);
  });
  expect(await storeAt(registry.host).putManifest('team/api', '1.0.0', image.manifest)).toBe(image.digest);
});

test('a download that breaks off goes on from where it was', async () => {
  const blob = Buffer.alloc(100_000, 'abcdefg');
  const registry = await startScripted((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(String(request.headers.range))?.[1] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, { 'content-length': blob.length - from });
    response.write(blob.subarray(from, from + 30_000), () => {
      if (from + 30_000 < blob.length) request.socket.destroy();
      else response.end();
    });
  });
  const read: Buffer[] = [];
  for await (const chunk of await storeAt(registry.host).getBlob('team/api', digestOf(blob)))
    read.push(chunk);
  expect(Buffer.concat(read).equals(blob)).toBe(true);
});

test('a blob with other bytes than its digest names is not passed off as whole', async () => {
  const registry = await startScripted((_request, response) => response.end('other bytes'));
  const stream = await storeAt(registry.host).getBlob('team/api', digestOf('bytes'));
  await expect(stream.toArray()).rejects.toMatchObject({ reason: 'registry-damaged' });
});

test('credentials do not follow a redirect to another host', async () => {
  const storage = await startScripted((_request, response) => response.end('bytes'));
  const registry = await startScripted((request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' });
      return response.end();
    }
    response.writeHead(307, { location: `http://${storage.host}/blob` });
    response.end();
  });
  const credentials = { forHost: async () => ({ credentials: { username: 'me', password: 'secret' } }) };
  const stream = await storeAt(registry.host, credentials).getBlob('team/api', digestOf('bytes'));
  expect(Buffer.concat(await stream.toArray()).toString()).toBe('bytes');
  expect(registry.authorizations.at(-1)).toMatch(/^Basic /);
  expect(storage.authorizations).toEqual([undefined]);
});

test('an upload whose source breaks is read again', async () => {
  const blob = Buffer.alloc(50_000, 'x');
  const registry = await startScripted((request, response) => {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else if (request.method === 'POST') response.writeHead(202, { location: '/upload/1?state=a' }).end();
    else response.writeHead(201).end();
  });
  let opened = 0;
  const open = () => {
    opened++;
    const broken = opened === 1;
    return Readable.from(
      (function* () {
        yield blob.subarray(0, 20_000);
        if (broken) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
        yield blob.subarray(20_000);
      })(),
    );
  };
  const put = storeAt(registry.host).putBlob('team/api', { digest: digestOf(blob), size: blob.length, open });
  expect(await put).toBe('uploaded');
  expect(opened).toBe(2);
  expect(registry.seen.at(-1)).toBe(`PUT /upload/1?state=a&digest=${encodeURIComponent(digestOf(blob))}`);
});
